import { expect, test } from '@jest/globals';
import { startReceiver } from '../../support/receiver.ts';
import { startTopo } from '../../support/topo-sandbox.ts';
import { runApp } from '../../support/zapier-app.ts';

const perform = 'creates.reassign_task.operation.perform';

/** A webhook server that knows nothing but intents, and a Topo; what both were asked stands in one list. */
const start = async (answer: { status: number; body: string } | 'hang' = { status: 202, body: '{"id":"int_1"}' }) => {
  const topo = await startTopo();
  const [holder, taker] = topo.workspace.people;
  const task = topo.sandbox.createTask({ assignee_user_id: holder?.userId ?? null });
  const server = await startReceiver((response) => {
    if (answer !== 'hang') response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  const app = runApp({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: server.url }, topo.workspace.keys.full);
  const inputData = { task_id: task.id, assignee_user_id: taker?.userId ?? '', scope: 'SEQUENCE' };
  return { ...topo, app, server, task, inputData };
};

test('a reassignment is announced before it is made, and settled with what Topo answered', async () => {
  const { app, server, sandbox, task, inputData } = await start();
  let assigneeWhenAnnounced: unknown;
  const { answer } = server;
  server.answer = (response, request) => {
    if (request.path === '/intents') assigneeWhenAnnounced = sandbox.task(task.id)?.assignee_user_id;
    answer(response, request);
  };
  const output = await app.run(perform, { inputData });
  expect(assigneeWhenAnnounced).toBe(task.assignee_user_id);
  const told = server.received.filter(({ path }) => path.startsWith('/intents'));
  expect(told.map(({ method, path, body }) => [method, path, JSON.parse(body)])).toEqual([
    ['POST', '/intents', inputData],
    ['PATCH', '/intents/int_1', { state: 'done', updated_at: sandbox.task(task.id)?.updated_at }],
  ]);
  expect(output).toMatchObject({ ...sandbox.task(task.id), changed: true });
});

test('a reassignment that Topo refuses is settled as failed, and the error is Topo’s', async () => {
  const { app, server, sandbox, inputData } = await start();
  sandbox.injectFault({ kind: 'status', status: 422, method: 'PATCH' });
  expect((await app.thrownBy(perform, { inputData })).message).toContain('Topo’s rules forbid this');
  expect(JSON.parse(server.received.findLast(({ method }) => method === 'PATCH')?.body ?? '')).toEqual({
    state: 'failed',
  });
});

test.each([
  ['cut', { kind: 'cut' }],
  ['500', { kind: 'status', status: 500 }],
  ['no JSON', { kind: 'html' }],
] as const)('a reassignment whose answer is lost (%s) is looked for, and was made by a Zap', async (_what, fault) => {
  const { app, server, sandbox, task, inputData } = await start();
  sandbox.injectFault({ ...fault, method: 'PATCH', afterwards: true });
  const output = await app.run(perform, { inputData });
  expect(output).toMatchObject({ ...sandbox.task(task.id), changed: true, moved_count: 1 });
  expect(sandbox.task(task.id)?.assignee_user_id).toBe(inputData.assignee_user_id);
  const settled = server.received.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body));
  expect(settled).toEqual([{ state: 'done', updated_at: sandbox.task(task.id)?.updated_at }]);
});

test('a task that the new assignee already had proves nothing after a lost answer', async () => {
  const { app, server, sandbox, task, inputData } = await start();
  sandbox.createTask({ assignee_user_id: task.assignee_user_id, sequence_id: task.sequence_id });
  sandbox.reassign(task.id, inputData.assignee_user_id);
  sandbox.injectFault({ kind: 'status', status: 500, method: 'PATCH' });
  expect((await app.thrownBy(perform, { inputData })).message).toContain('may have been made all the same');
  const settled = server.received.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body));
  expect(settled).toEqual([{ state: 'failed' }]);
});

test.each([
  ['answers an error', { status: 500, body: '{"error":{}}' }],
  ['answers no JSON', { status: 202, body: '<html>' }],
  ['answers nothing of use', { status: 202, body: '{}' }],
  ['hangs', 'hang' as const],
])('a webhook server that %s does not fail the action', async (_what, answer) => {
  const { app, sandbox, task, inputData } = await start(answer);
  await app.run(perform, { inputData });
  expect(sandbox.task(task.id)?.assignee_user_id).toBe(inputData.assignee_user_id);
});

test.each(['http://127.0.0.1:1', 'not a url'])('a webhook server at %s does not fail the action', async (url) => {
  const { url: topoUrl, workspace, sandbox, task, inputData } = await start();
  const app = runApp({ TOPO_API_URL: topoUrl, WEBHOOK_SERVER_URL: url }, workspace.keys.full);
  await app.run(perform, { inputData });
  expect(sandbox.task(task.id)?.assignee_user_id).toBe(inputData.assignee_user_id);
});
