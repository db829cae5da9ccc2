import { backUpStopped } from '../backup/back-up-stopped.ts';
import { BackupError } from '../backup/backup-error.ts';
import { WrittenBackup } from '../backup/write-backup.ts';
import type { Config } from '../config.ts';
import { ControlRefused, callControl } from '../control/call-control.ts';
import { controlSocketIn, databasePathIn } from '../data-files.ts';
import { explainCall } from './explain-call.ts';
import { VerbError } from './verb.ts';

/** Asks the server that runs for a backup, and makes one without it where none runs. */
export const backUp = async ({ databaseUrl, dataFolder }: Config, path: string): Promise<WrittenBackup> => {
  if (databaseUrl !== undefined) {
    throw new VerbError('With PostgreSQL use `pg_dump`, or point-in-time recovery. docs/operate.md says how.');
  }
  try {
    const call = { path: '/backups', type: 'application/json', body: JSON.stringify({ path }) };
    const answer = await callControl(controlSocketIn(dataFolder), call);
    return answer === undefined ? await backUpStopped(databasePathIn(dataFolder), path) : WrittenBackup.parse(answer);
  } catch (cause) {
    if (cause instanceof BackupError || cause instanceof ControlRefused) throw new VerbError(cause.message, { cause });
    throw explainCall(dataFolder, cause);
  }
};
