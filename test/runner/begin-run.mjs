import keepFilesInMemory from './files-in-memory.mjs';
import startPostgres from './postgres-cluster.mjs';

/** What the whole run needs. PostgreSQL is told not to wait for the disk, and keeps its files there. */
export default async function beginRun() {
  await startPostgres();
  keepFilesInMemory();
}
