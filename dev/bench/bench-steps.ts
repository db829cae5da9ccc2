import { type Loop, startLoop } from '../local-loop/start-loop.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { isRecord } from '../local-zapier/is-record.ts';
import { type CountingRelay, startCountingRelay } from './counting-relay.ts';
import { measureFactsKnown } from './facts-known.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { runBench } from './harness/run-bench.ts';

/** About 60 % of them are open. */
const taskCount = 8_400;
const peopleCount = 60;
const contactCount = 5_000;
const latencyMs = 400;

const dropdownPages = [0, 20, 100];
const repetitions = 5;

/** So many contacts are searched, the first of them with a slow Topo. */
const searched = 500;
const timed = 20;

/** In production the server polls a workspace that is in use so often. */
const serverEnvironment = { POLL_INTERVAL_MS: '15000', POLL_IDLE_INTERVAL_MS: '60000' };

/** `topo` and `ours` count what the app asks; what the server asks Topo is not the step's. */
type Stage = Loop & { topo: CountingRelay; ours: CountingRelay };

type Cost = { tookMs: number; toTopo: number; toOurs: number; result: unknown };

const costOf = async ({ topo, ours }: Stage, step: () => Promise<unknown>): Promise<Cost> => {
  topo.take();
  ours.take();
  const startedAtMs = performance.now();
  const result = await step();
  return { tookMs: performance.now() - startedAtMs, toTopo: topo.take(), toOurs: ours.take(), result };
};

const costsOf = async (stage: Stage, times: number, step: (time: number) => Promise<unknown>): Promise<Cost[]> => {
  const costs: Cost[] = [];
  for (let time = 0; time < times; time += 1) costs.push(await costOf(stage, () => step(time)));
  return costs;
};

const most = (counts: readonly number[]): number => Math.max(...counts);

const ask = async ({ server, connection }: Loop, path: string, init: RequestInit = {}): Promise<unknown> => {
  const headers = { authorization: `Bearer ${connection.authData['api_key']}`, 'content-type': 'application/json' };
  const response = await fetch(`${server.url}${path}`, { ...init, headers, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
};

const prepare = async (loop: Loop): Promise<void> => {
  const [{ people }] = loop.sandbox.workspaces;
  const named = people.map(({ userId, name, email }) => ({ user_id: userId, name, email }));
  await ask(loop, '/people/import', { method: 'POST', body: JSON.stringify(named) });
  const isKnown = async () => {
    const list = await ask(loop, '/tasks?limit=1');
    return isRecord(list) && list['is_complete'] === true && list['are_facts_complete'] === true;
  };
  await waitUntil('the server knows what every task is about', isKnown, { withinMs: 5 * 60_000 });
};

const measureDropdown = async (stage: Stage, page: number): Promise<Figure[]> => {
  const costs = await costsOf(stage, repetitions, () => stage.connection.dropdown('task_list', {}, page));
  const figure = `dropdown of tasks, page ${page}`;
  return [
    medianFigure(
      { figure, unit: 'ms', atMost: 500 },
      costs.map(({ tookMs }) => tookMs),
    ),
    { figure, unit: 'requests to Topo', value: most(costs.map(({ toTopo }) => toTopo)), atMost: 0 },
  ];
};

const measurePeople = async (stage: Stage): Promise<Figure[]> => {
  const costs = await costsOf(stage, repetitions, () => stage.connection.dropdown('person_list'));
  const figure = 'dropdown of people';
  return [
    medianFigure(
      { figure, unit: 'ms' },
      costs.map(({ tookMs }) => tookMs),
    ),
    { figure, unit: 'requests to Topo', value: most(costs.map(({ toTopo }) => toTopo)), atMost: 0 },
  ];
};

/** The newest open task about each contact, by the contact's e-mail; every one where several are as new. */
const newestByEmail = ({ sandbox }: Loop): Map<string, Set<string>> => {
  const [{ tasks, sequences, contacts }] = sandbox.workspaces;
  const newest = new Map<string, { at: number; ids: Set<string> }>();
  for (const { id, status, sequence_id, created_at } of tasks) {
    if (status !== 'PENDING' && status !== 'IN_PROGRESS') continue;
    const email = contacts.get(sequences.get(sequence_id)?.contactId ?? '')?.email?.toLowerCase();
    if (email === undefined) continue;
    const at = Date.parse(created_at);
    const known = newest.get(email);
    if (known === undefined || at > known.at) newest.set(email, { at, ids: new Set([id]) });
    else if (at === known.at) known.ids.add(id);
  }
  return new Map([...newest].map(([email, { ids }]) => [email, ids]));
};

const isOneOf = (found: unknown, ids: ReadonlySet<string>): boolean => {
  const first: unknown = Array.isArray(found) ? found[0] : undefined;
  return isRecord(first) && typeof first['id'] === 'string' && ids.has(first['id']);
};

const measureFindTask = async (stage: Stage): Promise<Figure[]> => {
  const contacts = [...newestByEmail(stage)].slice(0, searched);
  let wrong = 0;
  const find = async (position: number): Promise<void> => {
    const [contact_email = '', ids = new Set<string>()] = contacts[position] ?? [];
    const found = await stage.connection.search('find_task', { contact_email, status: 'OPEN' });
    if (!isOneOf(found, ids)) wrong += 1;
  };
  const costs = await costsOf(stage, timed, find);
  stage.sandbox.clearFaults();
  await costsOf(stage, contacts.length - timed, (time) => find(timed + time));
  const figure = 'Find Task by contact';
  return [
    medianFigure(
      { figure, unit: 'ms', atMost: 1_500 },
      costs.map(({ tookMs }) => tookMs),
    ),
    { figure, unit: 'requests', value: most(costs.map(({ toTopo, toOurs }) => toTopo + toOurs)), atMost: 3 },
    { figure: `${figure}, not right`, unit: `of ${contacts.length} contacts`, value: wrong, atMost: 0 },
  ];
};

const measureReassignTask = async (stage: Stage): Promise<Figure[]> => {
  const [{ people, tasks }] = stage.sandbox.workspaces;
  const open = tasks.filter(({ status }) => status === 'PENDING');
  const step = async (time: number): Promise<unknown> => {
    const task = open[time];
    const taker = people.find(({ userId }) => userId !== task?.assignee_user_id);
    const inputData = { task_id: task?.id ?? '', assignee_user_id: taker?.email ?? '', scope: 'TASK' };
    return stage.connection.act('reassign_task', inputData);
  };
  const costs = await costsOf(stage, repetitions, step);
  const figure = 'Reassign Task, by e-mail';
  return [
    medianFigure(
      { figure, unit: 'ms' },
      costs.map(({ tookMs }) => tookMs),
    ),
    { figure, unit: 'requests to Topo', value: most(costs.map(({ toTopo }) => toTopo)), atMost: 2 },
    { figure, unit: 'requests to the server', value: most(costs.map(({ toOurs }) => toOurs)), atMost: 3 },
  ];
};

const measureOn = async (stage: Stage, { say }: Bench): Promise<Figure[]> => {
  const { zapier, topo, ours } = stage;
  zapier.setEnvironment({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: ours.url });
  await stage.connection.dropdown('person_list');
  stage.sandbox.injectFault({ kind: 'delay', delayMs: latencyMs, times: Number.POSITIVE_INFINITY });
  const figures: Figure[] = [];
  say('dropdowns');
  for (const page of dropdownPages) figures.push(...(await measureDropdown(stage, page)));
  figures.push(...(await measurePeople(stage)));
  say('Reassign Task');
  figures.push(...(await measureReassignTask(stage)));
  say('Find Task');
  figures.push(...(await measureFindTask(stage)));
  return figures;
};

/** What the steps cost a Zap builder in a large workspace whose Topo is slow: the built app and the built server. */
const measureSteps = async (bench: Bench): Promise<Figure[]> => {
  bench.say(`making a workspace of ${taskCount} tasks, and letting the server read it`);
  const loop = await startLoop({ sandbox: { taskCount, peopleCount, contactCount }, serverEnvironment });
  try {
    const topo = await startCountingRelay(loop.topoUrl);
    const ours = await startCountingRelay(loop.server.url);
    try {
      await prepare(loop);
      const open = loop.sandbox.workspaces[0].tasks.filter(({ status }) => /^(PENDING|IN_PROGRESS)$/.test(status));
      bench.note(
        `${open.length} open tasks, ${peopleCount} people, ${contactCount} contacts; Topo takes ${latencyMs} ms for ` +
          'each answer. Requests are those of the app.',
      );
      return await measureOn({ ...loop, topo, ours }, bench);
    } finally {
      await topo.close();
      await ours.close();
    }
  } finally {
    await loop.close();
  }
};

await runBench(async (bench) => [...(await measureSteps(bench)), ...(await measureFactsKnown(bench))], {
  timeLimitMs: 10 * 60_000,
});
