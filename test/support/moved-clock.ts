import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Client } from 'pg';
import { tempFolder } from './temp-folder.ts';

/**
 * A clock for a built server, which a test moves on: that of its machine, and the one that nobody can set. Its loops,
 * which sleep for up to a second or up to a minute, look at the clock again after 50 ms. Time-outs are shorter or longer.
 */
export const createMovedClock = () => {
  const folder = tempFolder();
  const file = join(folder, 'offset');
  const preload = join(folder, 'preload.mjs');
  let offsetMs = 0;
  // At once: a server that found the file empty would see the clock step back and forth.
  const write = (): void => {
    writeFileSync(`${file}.new`, String(offsetMs));
    renameSync(`${file}.new`, file);
  };
  write();
  writeFileSync(
    preload,
    `import { readFileSync } from 'node:fs';
    const offset = () => Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
    const now = Date.now;
    const steady = performance.now.bind(performance);
    const sleep = setTimeout;
    Date.now = () => now() + offset();
    performance.now = () => steady() + offset();
    const isLoop = (ms) => ms <= 1_000 || (ms >= 30_000 && ms <= 60_000);
    globalThis.setTimeout = (wake, ms, ...rest) => sleep(wake, isLoop(ms) ? Math.min(ms, 50) : ms, ...rest);`,
  );
  return {
    /** For the server. */
    environment: { NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` },
    /** For a local Topo beside it. */
    now: (): Date => new Date(Date.now() + offsetMs),
    /** For the PostgreSQL of this machine that a server keeps its tables in, once it has made them. */
    async letDatabaseFollow(client: Client): Promise<void> {
      chmodSync(folder, 0o755);
      await client.query(`
        create or replace function now_ms() returns bigint language sql volatile as $$
          select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
            + pg_read_file(${client.escapeLiteral(file)})::bigint $$`);
    },
    moveOn(ms: number): void {
      offsetMs += ms;
      write();
    },
  };
};
