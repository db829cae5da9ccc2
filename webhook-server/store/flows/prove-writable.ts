import { randomUUID } from 'node:crypto';
import type { Transaction } from '../database.ts';
import { sql } from '../sql.ts';

/** Writes a row and removes it: an update to the same values might not reach the disk. Each has a row of its own, and waits for nobody. */
export const proveWritable = async ({ change }: Transaction): Promise<void> => {
  const name = `proof of writing ${randomUUID()}`;
  await change(sql`insert into chore (name) values (${name})`);
  await change(sql`delete from chore where name = ${name}`);
};
