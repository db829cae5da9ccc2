import { measureBaseline } from './baseline-memory.ts';
import { measureChangeToEvent } from './change-to-event.ts';
import { measureIdlePoll } from './idle-poll.ts';
import { runBench } from './run-bench.ts';

await runBench(
  async (bench) => [
    ...(await measureIdlePoll(bench)),
    ...(await measureChangeToEvent(bench)),
    ...(await measureBaseline(bench)),
  ],
  { longestMs: 8 * 60_000 },
);
