import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { BackupError } from './backup-error.ts';

/** What a backup holds. `schema` is the number of its tables' version. */
export const BackupReport = z.object({
  schema: z.number(),
  workspaces: z.number(),
  liveHooks: z.number(),
  events: z.number(),
  waitingDeliveries: z.number(),
});
export type BackupReport = z.output<typeof BackupReport>;

const Answer = z.union([z.object({ report: BackupReport }), z.object({ fault: z.string() })]);

// Tests run the source, everybody else what was built of it.
const program = import.meta.url.endsWith('.ts') ? './check-worker.ts' : './check-worker.js';

/**
 * Opens a copy of the database, reads all of it and counts what it holds, on a thread of its own: a large one takes seconds.
 *
 * @throws BackupError when it is damaged, of a newer version, or no database of ours.
 */
export const checkAside = async (path: string): Promise<BackupReport> => {
  const worker = new Worker(new URL(program, import.meta.url), { workerData: path });
  const [message] = await once(worker, 'message');
  const answer = Answer.parse(message);
  if ('fault' in answer) throw new BackupError(answer.fault);
  return answer.report;
};
