import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSandbox, type Sandbox } from '../../dev/sandbox/create-sandbox.ts';
import type { Call } from '../../topo/call.ts';
import { getContact } from '../../topo/get-contact.ts';
import { getSequence } from '../../topo/get-sequence.ts';
import { getTask } from '../../topo/get-task.ts';
import { listContacts } from '../../topo/list-contacts.ts';
import { listSequenceTemplates } from '../../topo/list-sequence-templates.ts';
import { listSequences } from '../../topo/list-sequences.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import { me } from '../../topo/me.ts';
import { reassignTask } from '../../topo/reassign-task.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import { plainAnswer } from '../../webhook-server/topo-port.ts';

let sandbox: Sandbox;
let topo: Awaited<ReturnType<Sandbox['listen']>>;
beforeAll(async () => {
  sandbox = createSandbox();
  topo = await sandbox.listen();
});
afterAll(() => topo.close());

const run = async <Answer>(call: Call<Answer>, key = sandbox.workspaces[0].keys.full) =>
  plainAnswer(await createTopoClient(topo.url).call(new Secret(key), call));

const answerOf = async <Answer>(call: Call<Answer>): Promise<Answer> => {
  const answer = await run(call);
  if (answer.kind !== 'answered') throw new Error(answer.reason);
  return answer.answer;
};

test('every call that we use gets an answer of the shape that it describes', async () => {
  const [workspace] = sandbox.workspaces;
  expect((await answerOf(me())).organization_id).toBe(workspace.organizationId);

  const { items } = await answerOf(listTasks({ size: 100, status: 'PENDING', types: ['CALL', 'EMAIL_REPLY'] }));
  const [task] = items;
  expect((await answerOf(getTask(task?.id ?? ''))).id).toBe(task?.id);

  const sequence = await answerOf(getSequence(task?.sequence_id ?? ''));
  const contact = await answerOf(getContact(sequence.contact_id ?? ''));
  expect(contact.id).toBe(sequence.contact_id);

  const sequences = await answerOf(listSequences({ size: 100, status: sequence.status ?? '' }));
  expect(sequences.items).toContainEqual(sequence);
  expect((await answerOf(listContacts({ email: contact.email?.toUpperCase() ?? '' }))).items).toEqual([contact]);

  const templates = await answerOf(listSequenceTemplates({ size: 100 }));
  expect(templates.items.map(({ id }) => id)).toContain(sequence.sequence_template_id);

  const assigneeId = workspace.people.find(({ userId }) => userId !== task?.assignee_user_id)?.userId ?? '';
  const moved = await answerOf(reassignTask({ taskId: task?.id ?? '', assigneeId, scope: 'TASK' }));
  expect(moved.assignee_user_id).toBe(assigneeId);
});

test('the server’s client distinguishes a refused key, a missing scope, a limit and a failure, with Topo’s request id', async () => {
  expect(await run(me(), 'topo_wrong')).toMatchObject({ kind: 'refused', status: 401 });
  expect(await run(listTasks({}), sandbox.workspaces[0].keys.noTasks)).toMatchObject({ kind: 'refused', status: 403 });
  sandbox.injectFault({ kind: 'rate limit', retryAfter: 7 });
  expect(await run(me())).toMatchObject({ kind: 'limited', retryAfterMs: 7_000 });
  sandbox.injectFault({ kind: 'rate limit', retryAfter: new Date(Date.now() + 90_000) });
  const limited = await run(me());
  expect(limited.kind === 'limited' && limited.retryAfterMs).toBeGreaterThan(80_000);
  sandbox.injectFault({ kind: 'status', status: 500 });
  expect(await run(me())).toMatchObject({ kind: 'failed', status: 500, reason: expect.stringContaining('request id') });
  sandbox.injectFault({ kind: 'html', status: 200 });
  expect(await run(me())).toMatchObject({ kind: 'failed' });
  sandbox.injectFault({ kind: 'cut' });
  expect(await run(me())).toMatchObject({ kind: 'failed', status: undefined });
});
