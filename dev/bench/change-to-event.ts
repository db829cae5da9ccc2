import { setTimeout as delay } from 'node:timers/promises';
import { listTasks } from '../../topo/list-tasks.ts';
import { reassignTask } from '../../topo/reassign-task.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import { plainAnswer, type TopoAnswer, type Unchanged } from '../../webhook-server/topo-port.ts';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import { startWebhookServer } from '../local-server/start-webhook-server.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { callServer } from './call-server.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { readText } from './harness/message.ts';
import { measureInPairs, type Pair, ratios } from './harness/pairs.ts';
import { startSandboxProcess, type TopoPlace } from './sandbox-process.ts';
import { type EventCatcher, startEventCatcher } from './start-event-catcher.ts';

const pairs = 15;
const pollIntervalMs = 2_000;
const taskCount = 1_000;

type Reassignment = { taskId: string; assigneeId: string };
type BenchLoop = { topo: TopoPlace; serverUrl: string; catcher: EventCatcher };

const answerOf = <Answer>(given: TopoAnswer<Answer> | Unchanged): Answer => {
  const answer = plainAnswer(given);
  if (answer.kind !== 'answered') throw new Error(answer.reason);
  return answer.answer;
};

/** Chooses open tasks, each with a person who does not have it. */
const chooseReassignments = async ({ url, key }: TopoPlace): Promise<Reassignment[]> => {
  const query = listTasks({ page: 1, size: 100, status: 'PENDING' });
  const { items } = answerOf(await createTopoClient(url).call(new Secret(key), query));
  const userIds = [...new Set(items.flatMap(({ assignee_user_id }) => assignee_user_id ?? []))];
  return items.flatMap(({ id, assignee_user_id }) => {
    const assigneeId = userIds.find((userId) => userId !== assignee_user_id);
    return assigneeId === undefined ? [] : [{ taskId: id, assigneeId }];
  });
};

const serverOf = ({ serverUrl, topo }: BenchLoop) => ({ serverUrl, key: topo.key });

const listen = async (loop: BenchLoop): Promise<void> => {
  await callServer(serverOf(loop), 'POST', '/hooks', { target_url: loop.catcher.targetUrl, event: 'task.reassigned' });
  await waitUntil('the webhook server listens', async () => {
    const [hook] = await fetchHooks(loop.serverUrl, loop.topo.key);
    return hook !== undefined && hook.listening_since !== null;
  });
};

const reassign = async ({ topo }: BenchLoop, { taskId, assigneeId }: Reassignment) => {
  const call = reassignTask({ taskId, assigneeId, scope: 'TASK' });
  const { updated_at } = answerOf(await createTopoClient(topo.url).call(new Secret(topo.key), call));
  return { updated_at, answeredAtMs: performance.now() };
};

/** Milliseconds from Topo's answer to the event at the catch URL. */
const arrival = async ({ catcher }: BenchLoop, { taskId }: Reassignment, answeredAtMs: number): Promise<number> => {
  const arrivedAtMs = await catcher.arrivalOf(taskId, { withinMs: 60_000 });
  if (arrivedAtMs === undefined) throw new Error('The event did not arrive within a minute.');
  return arrivedAtMs - answeredAtMs;
};

/** Reassigns as the app's action does, with an intent that is sent before and settled after. */
const reassignWithIntent = async (loop: BenchLoop, change: Reassignment): Promise<number> => {
  const intent = { task_id: change.taskId, assignee_user_id: change.assigneeId };
  const id = readText(await callServer(serverOf(loop), 'POST', '/intents', intent), 'id');
  const { updated_at, answeredAtMs } = await reassign(loop, change);
  await callServer(serverOf(loop), 'PATCH', `/intents/${id}`, { state: 'done', updated_at });
  return arrival(loop, change, answeredAtMs);
};

/** Reassigns as a person does in Topo itself, without an intent. */
const reassignUnannounced = async (loop: BenchLoop, change: Reassignment): Promise<number> => {
  const { answeredAtMs } = await reassign(loop, change);
  return arrival(loop, change, answeredAtMs);
};

const measure = async (loop: BenchLoop): Promise<Pair<number>[]> => {
  const changes = await chooseReassignments(loop.topo);
  const take = (): Reassignment => {
    const change = changes.pop();
    if (change === undefined) throw new Error('There are too few open tasks.');
    return change;
  };
  // A poll follows each event, so changes are spread evenly over the time between two polls.
  const pause = (pair: number) => delay(((pair + 0.5) / pairs) * pollIntervalMs);
  return measureInPairs(
    pairs,
    async (pair) => {
      await pause(pair);
      return reassignWithIntent(loop, take());
    },
    async (pair) => {
      await pause(pair);
      return reassignUnannounced(loop, take());
    },
  );
};

const figuresOf = (samples: readonly Pair<number>[]): Figure[] => {
  const polling = `polling alone, every ${pollIntervalMs / 1000} s`;
  return [
    medianFigure({ figure: 'change → event, with an intent', unit: '×', against: polling }, ratios(samples)),
    medianFigure(
      { figure: 'change → event, with an intent', unit: 'ms' },
      samples.map(({ measured }) => measured),
    ),
    medianFigure(
      { figure: `change → event, ${polling}`, unit: 'ms' },
      samples.map(({ against }) => against),
    ),
  ];
};

const measureLoop = async (topo: TopoPlace, catcher: EventCatcher, { newFolder, atExit, say }: Bench) => {
  const interval = String(pollIntervalMs);
  const server = await startWebhookServer({
    dataFolder: newFolder(),
    topoApiUrl: topo.url,
    hookHost: catcher.host,
    environment: { POLL_INTERVAL_MS: interval, POLL_IDLE_INTERVAL_MS: interval, LOG_LEVEL: 'warn' },
  });
  atExit(() => {
    if (server.processId !== undefined) process.kill(server.processId, 'SIGKILL');
  });
  try {
    const loop = { topo, serverUrl: server.url, catcher };
    await listen(loop);
    say(`change → event: ${pairs} pairs, polling every ${pollIntervalMs / 1000} s`);
    return figuresOf(await measure(loop));
  } finally {
    await server.stop();
  }
};

/** How soon after Topo's answer an event reaches its catch URL, with and without an intent: real processes over HTTP. */
export const measureChangeToEvent = async (bench: Bench): Promise<Figure[]> => {
  bench.say('change → event: starting Topo and the webhook server');
  const sandbox = await startSandboxProcess(taskCount);
  try {
    const catcher = await startEventCatcher();
    try {
      return await measureLoop(sandbox.place, catcher, bench);
    } finally {
      await catcher.close();
    }
  } finally {
    await sandbox.stop();
  }
};
