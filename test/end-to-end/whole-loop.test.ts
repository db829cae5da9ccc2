// Slow: it starts the built server and the built app.

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { TaskEvent } from '../../contract/event.ts';
import {
  chooseReassignments,
  type PossibleReassignment,
  reassignInTopo,
} from '../../dev/local-loop/reassign-in-topo.ts';
import { type Loop, startLoop } from '../../dev/local-loop/start-loop.ts';
import { fetchHooks } from '../../dev/local-server/fetch-hooks.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import type { CaughtPost, Zap } from '../../dev/local-zapier/zap.ts';

// Topo is the sandbox; the app, the webhook server and everything between them are the real ones, over HTTP.

let loop: Loop;
const zaps: Zap[] = [];

beforeAll(async () => {
  loop = await startLoop();
});

afterEach(async () => {
  for (const zap of zaps.splice(0)) await zap.turnOff();
});

afterAll(() => loop?.close());

const turnOnZap = async ({ connection = loop.connection, inputData = {} } = {}): Promise<Zap> => {
  const zap = loop.zapier.createZap({ name: 'Tell the new owner', connection, trigger: 'task_reassigned', inputData });
  zaps.push(zap);
  await zap.turnOn();
  await loop.listening();
  return zap;
};

const chooseOne = () => {
  const [choice] = chooseReassignments(loop, 1);
  if (choice === undefined) throw new Error('The workspace has no open task.');
  return choice;
};

const eventsOf = (zap: Zap) => zap.runs.map(({ output }) => output as TaskEvent);

const heardBy = async (zap: Zap, count = 1): Promise<TaskEvent[]> => {
  await waitUntil(`the Zap heard ${count}`, () => zap.runs.length >= count);
  await loop.settled();
  return eventsOf(zap);
};

const activeHooks = async () => {
  const hooks = await fetchHooks(loop.server.url, loop.sandbox.workspaces[0].keys.full);
  return hooks.filter(({ state }) => state !== 'ended');
};

const postAgain = (url: string, { request }: CaughtPost, changed: Record<string, string> = {}) => {
  const signed = ['Webhook-Id', 'Webhook-Timestamp', 'Webhook-Signature'].map((name) => [
    name,
    request.headers[`Http-${name}`] ?? '',
  ]);
  const headers = { 'content-type': 'application/json', ...Object.fromEntries(signed), ...changed };
  return fetch(url, { method: 'POST', headers, body: request.content });
};

test('a reassignment by the action starts one run, with both people', async () => {
  const zap = await turnOnZap();
  const { taskId, userId, nextUserId } = chooseOne();

  await loop.connection.act('reassign_task', { task_id: taskId, assignee_user_id: nextUserId, scope: 'TASK' });

  expect(await heardBy(zap)).toMatchObject([
    {
      type: 'task.reassigned',
      kind: 'reassigned',
      source: 'zapier',
      previous_assignee: { user_id: userId },
      new_assignee: { user_id: nextUserId },
      task: { id: taskId, assignee_user_id: nextUserId },
    },
  ]);
  expect(zap.posts).toHaveLength(1);
});

test('a reassignment by a colleague in Topo starts one run, with both people', async () => {
  const zap = await turnOnZap();
  const choice = chooseOne();

  await reassignInTopo(loop, choice);

  expect(await heardBy(zap)).toMatchObject([
    {
      source: 'topo',
      previous_assignee: { user_id: choice.userId },
      new_assignee: { user_id: choice.nextUserId },
      task: { id: choice.taskId },
    },
  ]);
  expect(zap.posts).toHaveLength(1);
});

test('a whole sequence that moves starts one run for each task', async () => {
  const zap = await turnOnZap();
  const [person, next] = loop.sandbox.workspaces[0].people;
  const sequenceId = '0a8f2a4e-3c55-4f7e-9b7b-3f4c7f6d2e10';
  const create = () =>
    loop.sandbox.createTask({ sequence_id: sequenceId, assignee_user_id: person?.userId ?? null }).id;
  const taskIds = [create(), create(), create()];
  await loop.settled();

  await loop.connection.act('reassign_task', {
    task_id: taskIds[0],
    assignee_user_id: next?.userId,
    scope: 'SEQUENCE',
  });

  const heard = await heardBy(zap, 3);
  expect(heard.map(({ task }) => task.id).sort()).toEqual(taskIds.sort());
  expect(zap.posts).toHaveLength(3);
});

test('two Zaps each run once for the same reassignment', async () => {
  const [one, other] = [await turnOnZap(), await turnOnZap()];
  await reassignInTopo(loop, chooseOne());

  await heardBy(one);
  await heardBy(other);

  expect([one.posts, other.posts].map(({ length }) => length)).toEqual([1, 1]);
});

test('a Zap filtered by person runs only for that person’s new tasks', async () => {
  const [wanted, other] = chooseReassignments(loop, 2) as [PossibleReassignment, PossibleReassignment];
  const everything = await turnOnZap();
  const filtered = await turnOnZap({ inputData: { new_assignee_ids: [wanted.nextUserId] } });

  await reassignInTopo(loop, other);
  await reassignInTopo(loop, wanted);
  await heardBy(everything, 2);

  expect(wanted.nextUserId).not.toBe(other.nextUserId);
  expect(eventsOf(filtered)).toMatchObject([{ task: { id: wanted.taskId } }]);
  expect(filtered.posts).toHaveLength(1);
});

test('the action accepts what the dropdowns offer', async () => {
  const zap = await turnOnZap();
  const [task] = (await loop.connection.dropdown('task_list')) as { id: string }[];
  const people = (await loop.connection.dropdown('person_list')) as { id: string }[];
  const { assignee_user_id: userId } = loop.sandbox.task(task?.id ?? '') ?? {};
  const nextUserId = people.find(({ id }) => id !== userId)?.id;

  await loop.connection.act('reassign_task', { task_id: task?.id, assignee_user_id: nextUserId });

  expect(await heardBy(zap)).toMatchObject([{ task: { id: task?.id }, new_assignee: { user_id: nextUserId } }]);
});

test('a Zap of another workspace does not run', async () => {
  const mine = await turnOnZap();
  const theirs = await turnOnZap({
    connection: loop.zapier.connect({ api_key: loop.sandbox.workspaces[1].keys.full }),
  });
  await reassignInTopo(loop, chooseOne());

  await heardBy(mine);

  expect(theirs.posts).toEqual([]);
});

test('a server killed right after a reassignment reports it once when it is back', async () => {
  const zap = await turnOnZap();
  const choice = chooseOne();

  await loop.server.kill();
  await reassignInTopo(loop, choice);
  await loop.server.start();

  expect(await heardBy(zap)).toMatchObject([{ task: { id: choice.taskId } }]);
  expect(zap.posts).toHaveLength(1);
});

test('a server killed while Zapier has not answered delivers again, and one run starts', async () => {
  const zap = await turnOnZap();
  zap.behaviour = 'hangs';
  const choice = chooseOne();
  await reassignInTopo(loop, choice);
  await waitUntil('the server sent it', () => zap.posts.length === 1);

  await loop.server.kill();
  zap.behaviour = 'accepts';
  await loop.server.start();

  expect(await heardBy(zap)).toMatchObject([{ task: { id: choice.taskId } }]);
  expect(zap.posts.map(({ status }) => status)).toEqual([null, 200]);
  expect(new Set(zap.posts.map(({ webhookId }) => webhookId)).size).toBe(1);
});

test('a server killed before it reads Zapier’s answer sends the event again, and no second run starts', async () => {
  const zap = await turnOnZap();
  zap.behaviour = 'loses the answer';
  await reassignInTopo(loop, chooseOne());
  await waitUntil('the Zap ran', () => zap.runs.length === 1);

  await loop.server.kill();
  zap.behaviour = 'accepts';
  await loop.server.start();
  await waitUntil('the server sent it again', () => zap.posts.length === 2);
  await loop.zapier.idle();

  expect(new Set(zap.posts.map(({ webhookId }) => webhookId)).size).toBe(1);
  expect(zap.runs).toHaveLength(1);
});

test('a catch URL that refuses for a while gets the event later', async () => {
  const zap = await turnOnZap();
  zap.behaviour = 'refuses';
  await reassignInTopo(loop, chooseOne());
  await waitUntil('the server sent it', () => zap.posts.length === 1);

  zap.behaviour = 'accepts';

  expect(await heardBy(zap)).toHaveLength(1);
  expect(zap.posts.at(-1)).toMatchObject({ status: 200 });
});

test('a Zap that was turned off gets no more POSTs', async () => {
  const [off, on] = [await turnOnZap(), await turnOnZap()];
  await off.turnOff();

  await reassignInTopo(loop, chooseOne());
  await heardBy(on);

  expect(off.posts).toEqual([]);
});

test('a catch URL that answers 410 ends its hook', async () => {
  const zap = await turnOnZap();
  await fetch(zap.targetUrl ?? '', { method: 'DELETE' });
  expect(await activeHooks()).toHaveLength(1);

  await reassignInTopo(loop, chooseOne());

  await waitUntil('the hook ended', async () => (await activeHooks()).length === 0);
  expect(zap.posts).toMatchObject([{ status: 410 }]);
  expect(zap.runs).toEqual([]);
});

test('a POST with a forged signature starts no run', async () => {
  const zap = await turnOnZap();
  await reassignInTopo(loop, chooseOne());
  await heardBy(zap);
  const [genuine] = zap.posts as [CaughtPost];

  await postAgain(zap.targetUrl ?? '', genuine, { 'Webhook-Id': 'msg_forged', 'Webhook-Signature': 'v1,Zm9yZ2Vk' });
  await postAgain(zap.targetUrl ?? '', genuine, { 'Webhook-Id': 'msg_forged' });
  await loop.zapier.idle();

  expect(zap.posts).toHaveLength(3);
  expect(zap.runs).toHaveLength(1);
  expect(zap.failedRuns).toEqual([]);
});

test('a repeated genuine delivery starts no second run', async () => {
  const zap = await turnOnZap();
  await reassignInTopo(loop, chooseOne());
  await heardBy(zap);
  const [genuine] = zap.posts as [CaughtPost];

  await postAgain(zap.targetUrl ?? '', genuine);
  await loop.zapier.idle();

  expect(zap.posts).toHaveLength(2);
  expect(zap.runs).toHaveLength(1);
  expect(zap.failedRuns).toEqual([]);
});

test('a POST without a signature is a visible failed run', async () => {
  const zap = await turnOnZap();

  await fetch(zap.targetUrl ?? '', { method: 'POST', body: '{"id":"evt_forged"}' });
  await loop.zapier.idle();

  expect(zap.runs).toEqual([]);
  expect(zap.failedRuns).toHaveLength(1);
});

test('subscribing twice with the same URL makes one hook, and the event comes once', async () => {
  const zap = await turnOnZap();
  await zap.subscribeAgain();

  await reassignInTopo(loop, chooseOne());

  expect(await activeHooks()).toHaveLength(1);
  expect(await heardBy(zap)).toHaveLength(1);
  expect(zap.posts).toHaveLength(1);
});

test('the editor shows past events in the shape that the hook has', async () => {
  const zap = await turnOnZap();
  await reassignInTopo(loop, chooseOne());
  const [heard] = await heardBy(zap);

  const samples = (await zap.performList()) as TaskEvent[];

  expect(samples[0]).toEqual(heard);
});

test('the server logs no key, no catch URL and no signing secret', async () => {
  const zap = await turnOnZap();
  const { secret } = zap.subscribeData as { secret: string };
  await reassignInTopo(loop, chooseOne());
  await heardBy(zap);

  const secrets = [loop.sandbox.workspaces[0].keys.full, new URL(zap.targetUrl ?? '').pathname, secret];

  expect(secrets.filter((each) => loop.server.output.includes(each))).toEqual([]);
});
