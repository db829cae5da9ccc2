import { isRecord } from '../local-zapier/is-record.ts';
import { startLocalZapier } from '../local-zapier/local-zapier.ts';
import { createSandbox } from '../sandbox/create-sandbox.ts';
import type { Bench } from './harness/bench.ts';
import type { Figure } from './harness/figure.ts';
import { readNumber } from './harness/message.ts';
import { runBench } from './harness/run-bench.ts';

/** The most that the field “Most Tasks” takes. */
const taskCount = 200;

/** How long Topo takes for one reassignment. */
const latenciesMs = [100, 250, 400, 600];

/** One run of the built action over all tasks, with a Topo that takes `latencyMs` for each write. */
const measureRun = async (latencyMs: number): Promise<Figure[]> => {
  const sandbox = createSandbox({ taskCount: 1 });
  const topo = await sandbox.listen();
  const zapier = await startLocalZapier();
  try {
    const [{ people, keys }] = sandbox.workspaces;
    const [from, to] = people;
    for (let made = 0; made < taskCount; made += 1)
      sandbox.createTask({ assignee_user_id: from?.userId ?? null, status: 'PENDING' });
    sandbox.injectFault({ kind: 'delay', delayMs: latencyMs, method: 'PATCH', times: Number.POSITIVE_INFINITY });
    zapier.setEnvironment({ TOPO_API_URL: topo.url });
    const connection = zapier.connect({ api_key: keys.full });
    const startedAtMs = performance.now();
    const report = await connection.act('hand_over_tasks', {
      from_user_id: from?.userId ?? '',
      to_user_id: to?.userId ?? '',
      most_tasks: taskCount,
    });
    const tookMs = performance.now() - startedAtMs;
    const moved = readNumber(isRecord(report) ? report : {}, 'moved_count');
    const against = `a Topo that takes ${latencyMs} ms for each`;
    return [
      { figure: 'tasks that one run hands over', value: moved, unit: 'tasks', against },
      { figure: 'how long the run takes', value: tookMs / 1000, unit: 's', against, atMost: 25 },
    ];
  } finally {
    await zapier.close();
    await topo.close();
  }
};

const measureHandOver = async ({ say }: Bench): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const latencyMs of latenciesMs) {
    say(`${taskCount} tasks, ${latencyMs} ms for each`);
    figures.push(...(await measureRun(latencyMs)));
  }
  return figures;
};

await runBench(measureHandOver, { timeLimitMs: 3 * 60_000 });
