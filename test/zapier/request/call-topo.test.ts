import { expect, test } from '@jest/globals';
import type { ZObject } from 'zapier-platform-core';
import type { Call } from '../../../topo/call.ts';
import { listTasks } from '../../../topo/list-tasks.ts';
import { me } from '../../../topo/me.ts';
import { reassignTask } from '../../../topo/reassign-task.ts';
import type { Deadline } from '../../../zapier/deadline.ts';
import { callTopo } from '../../../zapier/request/call-topo.ts';
import { retryAfterSeconds } from '../../../zapier/request/send-request.ts';
import { sampleTask } from '../../../zapier/tasks/task-output.ts';
import { startReceiver } from '../../support/receiver.ts';
import { runInApp } from '../../support/zapier-app.ts';

const key = 'topo_live_0123456789abcdef';

const startEcho = async (answer: unknown = sampleTask) => {
  const receiver = await startReceiver((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  const ask = <Answer>(call: Call<Answer>) =>
    runInApp({ TOPO_API_URL: `${receiver.url}/v1` }, key, (z: ZObject) => callTopo(z, call) as Promise<object>);
  return { receiver, ask };
};

test.each([
  '{{name}}',
  '{{bundle.inputData.name}}',
  'a {{{ b }}} c {{{{',
  '{{process.env.PATH}}',
  '{"{{": "}}"}',
  '\\{{x}}',
])('a text of a body arrives as it is: %s', async (text) => {
  const { receiver, ask } = await startEcho();
  const call = reassignTask({ taskId: sampleTask.id, assigneeId: text, scope: 'TASK' });
  await ask(call).run();
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({ assignee_user_id: text, scope: 'TASK' });
});

test('several values of a parameter repeat it', async () => {
  const { receiver, ask } = await startEcho({ items: [], total_count: 0, total_pages: 0, has_more: false });
  await ask(listTasks({ types: ['CALL', 'EMAIL_REPLY'], size: 3 })).run();
  expect(receiver.received[0]?.path).toMatch(/^\/v1\/tasks\?/);
  const query = new URLSearchParams(receiver.received[0]?.path.split('?')[1]);
  expect(query.getAll('types')).toEqual(['CALL', 'EMAIL_REPLY']);
  expect(query.get('size')).toBe('3');
});

/** A run that has so many milliseconds left, and whether a write may still begin. */
const endingIn = (ms: number, mayStartWrite = true): Deadline => ({
  remainingMs: () => ms,
  mayStartWrite: () => mayStartWrite,
});

test('a run whose time is over sends nothing more, and a late one starts no write', async () => {
  const { receiver } = await startEcho();
  const call = reassignTask({ taskId: sampleTask.id, assigneeId: sampleTask.id, scope: 'TASK' });
  const attempt = (deadline: Deadline, asked: Call<unknown>) =>
    runInApp({ TOPO_API_URL: receiver.url }, key, (z) => callTopo(z, asked, { deadline }));
  for (const { thrown } of [attempt(endingIn(0), me()), attempt(endingIn(4_000, false), call)]) {
    expect(await thrown()).toMatchObject({
      name: 'ThrottledError',
      message: expect.stringMatching(/not changed.*by itself/),
    });
  }
  expect(receiver.received).toEqual([]);
});

test.each([
  ['silence', () => {}],
  ['an answer that never ends', (response: { write(text: string): unknown }) => response.write('{"id": ')],
])('%s is a time-out', async (_what, answer) => {
  const receiver = await startReceiver(answer);
  const variables = { TOPO_API_URL: receiver.url };
  const { thrown } = runInApp(variables, key, (z: ZObject) => callTopo(z, me(), { deadline: endingIn(200) }));
  expect(await thrown()).toMatchObject({
    name: 'AppError',
    code: 'timed_out',
    message:
      'Topo did not answer within 0.2 seconds. Try again in a moment: nothing was changed, so it is safe to run this step again.',
  });
});

test('the error of a change that timed out says that it is safe to repeat', async () => {
  const receiver = await startReceiver(() => {});
  const call = reassignTask({ taskId: sampleTask.id, assigneeId: sampleTask.id, scope: 'TASK' });
  const { thrown } = runInApp({ TOPO_API_URL: receiver.url }, key, (z) =>
    callTopo(z, call, { deadline: endingIn(100) }),
  );
  expect((await thrown()).message).toMatch(/may have been made all the same\. It is safe/);
});

test.each([
  ['12', 12],
  [' 0 ', 5],
  ['3601', 3_600],
  ['99999999999999999999999', 3_600],
  ['Mon, 02 Mar 2026 09:01:30 GMT', 90],
  ['Mon, 02 Mar 2026 08:00:00 GMT', 5],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After “%s” is %s seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, Date.parse('2026-03-02T09:00:00Z'))).toBe(seconds);
});
