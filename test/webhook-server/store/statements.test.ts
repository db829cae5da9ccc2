import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const folder = join(process.cwd(), 'webhook-server/store');

/** Every statement of the store, by file, with its blanks folded. Migrations are not statements of flows. */
const statements = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.includes('migrations'))
  .flatMap((path) =>
    [...readFileSync(join(folder, path), 'utf8').matchAll(/\bsql`([^`]*)`/g)].map(([, text = '']) => ({
      path,
      text: text.replace(/\s+/g, ' ').trim(),
    })),
  );

/** What a driver says in its own words, and why. */
const ofDrivers: Record<string, string> = {
  'sqlite/sqlite-due-deliveries.ts': 'each planner is led to the same plan by words that the other does not know',
  'postgres/postgres-due-deliveries.ts': 'each planner is led to the same plan by words that the other does not know',
  'postgres/postgres-database.ts': 'the end of a transaction, and the proof that the tables are still the same',
  'sqlite/sqlite-database.ts': 'nothing is to be proven while one process holds the file',
  'postgres/signals.ts': 'SQLite has no other processes to notify',
};

test('a driver has statements of its own only where its reason is known', () => {
  const paths = statements.map(({ path }) => path).filter((path) => /^(sqlite|postgres)\//.test(path));
  expect([...new Set(paths)].toSorted()).toEqual(Object.keys(ofDrivers).toSorted());
});

test('no statement of the flows stands twice', () => {
  expect(statements.length).toBeGreaterThan(80);
  const long = statements.filter(({ path, text }) => text.length > 60 && !(path in ofDrivers));
  const texts = long.map(({ text }) => text);
  expect(long.filter(({ text }, index) => texts.indexOf(text) !== index)).toEqual([]);
});
