import { measureChangeToEvent } from './change-to-event.ts';
import { measureFirstReading } from './first-reading.ts';
import { runBench } from './harness/run-bench.ts';
import { measureIdlePoll } from './idle-poll.ts';

await runBench(
  async (bench) => [
    ...(await measureIdlePoll(bench)),
    ...(await measureChangeToEvent(bench)),
    ...(await measureFirstReading(bench)),
  ],
  { timeLimitMs: 8 * 60_000 },
);
