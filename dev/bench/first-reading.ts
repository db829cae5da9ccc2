import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { measureInPairs, type Pair, ratios } from './harness/pairs.ts';
import { peakMemory } from './harness/peak-memory.ts';
import { type SandboxProcess, startSandboxProcess, type TopoPlace } from './sandbox-process.ts';

const pairs = 5;
const few = 1_000;
const many = 100_000;
const readWithinMs = 120_000;

/** Nothing listens there: a first reading sends no event. */
const hookHost = '127.0.0.1:9';

/** The production defaults, except that Topo's rate limit does not count here. */
const environment = { POLL_INTERVAL_MS: '15000', POLL_IDLE_INTERVAL_MS: '60000', TOPO_REQUESTS_PER_MINUTE: '100000' };

/** `running` are servers that would otherwise outlive this process. */
type Measuring = Bench & { running: Set<WebhookServer> };
type Sample = { peakMebibytes: number; tookMs: number; requests: number };

const subscribe = async ({ url }: WebhookServer, { key }: TopoPlace): Promise<void> => {
  const response = await fetch(`${url}/hooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target_url: `http://${hookHost}/`, event: 'task.reassigned' }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`POST /hooks answered ${response.status}: ${await response.text()}`);
};

const peakOf = ({ processId, output }: WebhookServer): number => {
  if (processId === undefined) throw new Error(`The webhook server has ended.\n${output}`);
  return peakMemory(processId);
};

/** Starts a server as in production and lets it read a whole workspace. */
const readForTheFirstTime = async (
  { place, countRequests }: SandboxProcess,
  { newFolder, running }: Measuring,
): Promise<Sample> => {
  const before = await countRequests();
  const server = await startWebhookServer({ dataFolder: newFolder(), topoApiUrl: place.url, hookHost, environment });
  running.add(server);
  try {
    const startMs = performance.now();
    await subscribe(server, place);
    // Read from its log, because requests would keep it busy.
    const isDone = () => server.output.includes('the first reading is done');
    await waitUntil('the first reading is done', isDone, { withinMs: readWithinMs });
    const tookMs = performance.now() - startMs;
    return { peakMebibytes: peakOf(server) / 1024 ** 2, tookMs, requests: (await countRequests()) - before };
  } finally {
    await server.stop();
    running.delete(server);
  }
};

const memoryFigures = (samples: readonly Pair<Sample>[]): Figure[] => {
  const memory = samples.map(({ measured, against }) => ({
    measured: measured.peakMebibytes,
    against: against.peakMebibytes,
  }));
  const figure = 'first reading of 100,000 tasks, peak memory';
  return [
    medianFigure({ figure, unit: '×', against: '1,000 tasks', atMost: 1.2 }, ratios(memory)),
    medianFigure(
      { figure, unit: 'MiB' },
      memory.map(({ measured }) => measured),
    ),
    medianFigure(
      { figure: 'first reading of 1,000 tasks, peak memory', unit: 'MiB' },
      memory.map(({ against }) => against),
    ),
  ];
};

const paceFigures = (samples: readonly Pair<Sample>[]): Figure[] => {
  const ofMany = samples.map(({ measured }) => measured);
  return [
    medianFigure(
      { figure: 'first reading of 100,000 tasks', unit: 'rows/s' },
      ofMany.map(({ tookMs }) => (many / tookMs) * 1000),
    ),
    medianFigure(
      { figure: 'first reading of 100,000 tasks', unit: 'requests' },
      ofMany.map(({ requests }) => requests),
    ),
  ];
};

const measure = async (small: SandboxProcess, large: SandboxProcess, measuring: Measuring): Promise<Figure[]> => {
  measuring.say(`first reading: ${pairs} pairs`);
  const samples = await measureInPairs(
    pairs,
    () => readForTheFirstTime(large, measuring),
    () => readForTheFirstTime(small, measuring),
  );
  return [...memoryFigures(samples), ...paceFigures(samples)];
};

/** What the first reading of a large workspace costs the server, which runs as a process of its own. */
export const measureFirstReading = async (bench: Bench): Promise<Figure[]> => {
  const running = new Set<WebhookServer>();
  bench.atExit(() => {
    for (const { processId } of running) if (processId !== undefined) process.kill(processId, 'SIGKILL');
  });
  bench.say('first reading: making workspaces of 1,000 and of 100,000 tasks');
  const small = await startSandboxProcess(few);
  try {
    const large = await startSandboxProcess(many);
    try {
      return await measure(small, large, { ...bench, running });
    } finally {
      await large.stop();
    }
  } finally {
    await small.stop();
  }
};
