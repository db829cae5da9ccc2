import { join } from 'node:path';
import { createPoller, type Poller } from './create-poller.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { measureInPairs, type Pair, ratios } from './harness/pairs.ts';
import { type SandboxProcess, startSandboxProcess } from './sandbox-process.ts';

const pairs = 75;
const pollsEach = 10;
const mostPollsToSettle = 10;

type Workspace = { sandbox: SandboxProcess; poller: Poller };

const timePolls = async ({ poller }: Workspace): Promise<number> => {
  const startMs = performance.now();
  for (let polls = 0; polls < pollsEach; polls += 1) await poller.poll();
  return (performance.now() - startMs) / pollsEach;
};

/** After a first reading the next polls look back once more; from then on a poll is idle. */
const settle = async ({ sandbox, poller }: Workspace): Promise<void> => {
  for (let polls = 0; polls < mostPollsToSettle; polls += 1) {
    const before = await sandbox.countRequests();
    await poller.poll();
    if ((await sandbox.countRequests()) - before === 1) return;
  }
  throw new Error('The workspace does not become idle.');
};

const prepare = async (sandbox: SandboxProcess, folder: string): Promise<Workspace> => {
  const path = join(folder, 'store.sqlite');
  await sandbox.fillStore(path);
  const workspace = { sandbox, poller: createPoller(path, sandbox.place) };
  await settle(workspace);
  await timePolls(workspace);
  return workspace;
};

const timeFigures = (samples: readonly Pair<number>[]): Figure[] => [
  medianFigure(
    { figure: 'idle poll, 1,000,000 known tasks', unit: '×', against: '1,000 known tasks', atMost: 1.2 },
    ratios(samples),
  ),
  medianFigure(
    { figure: 'idle poll, 1,000,000 known tasks', unit: 'ms' },
    samples.map(({ measured }) => measured),
  ),
  medianFigure(
    { figure: 'idle poll, 1,000 known tasks', unit: 'ms' },
    samples.map(({ against }) => against),
  ),
];

const requestFigure = (known: string, requests: number): Figure => ({
  figure: `idle poll, ${known} known tasks`,
  value: requests / (pairs * pollsEach),
  unit: 'requests',
  atMost: 1,
});

const measure = async (few: Workspace, many: Workspace): Promise<Figure[]> => {
  const fewBefore = await few.sandbox.countRequests();
  const manyBefore = await many.sandbox.countRequests();
  const samples = await measureInPairs(
    pairs,
    () => timePolls(many),
    () => timePolls(few),
  );
  return [
    ...timeFigures(samples),
    requestFigure('1,000,000', (await many.sandbox.countRequests()) - manyBefore),
    requestFigure('1,000', (await few.sandbox.countRequests()) - fewBefore),
  ];
};

/** How long a poll without changes takes, by the number of known tasks. */
export const measureIdlePoll = async ({ say, newFolder }: Bench): Promise<Figure[]> => {
  say('idle poll: making workspaces of 1,000 and of 1,000,000 tasks');
  const started = await Promise.allSettled([1_000, 1_000_000].map(startSandboxProcess));
  const sandboxes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const workspaces: Workspace[] = [];
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    for (const sandbox of sandboxes) workspaces.push(await prepare(sandbox, newFolder()));
    const [few, many] = workspaces;
    if (few === undefined || many === undefined) throw new Error('A workspace is missing.');
    say(`idle poll: ${pairs} pairs of ${pollsEach} polls each`);
    return await measure(few, many);
  } finally {
    for (const { poller } of workspaces) await poller.close();
    for (const sandbox of sandboxes) await sandbox.stop();
  }
};
