import type { SourceValue } from '../store/sqlite/open-source.ts';
import type { MatchedColumn } from './match-tables.ts';

/** A value of SQLite as PostgreSQL has it: numbers as truth values, texts as JSON. */
export const translate = (value: SourceValue, { type }: MatchedColumn): unknown => {
  if (value === null) return null;
  if (type === 'boolean') return Boolean(value);
  return type === 'jsonb' ? JSON.parse(String(value)) : value;
};

/** PostgreSQL keeps JSON without the order of its keys. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
};

/** One row as a text that is the same for both databases. */
export const writtenOut = (values: readonly unknown[]): string => `${JSON.stringify(values.map(sorted))}\n`;

/** A value that PostgreSQL gave, which writes JSON as a text. */
export const readBack = (value: unknown, { type }: MatchedColumn): unknown =>
  type === 'jsonb' && typeof value === 'string' ? JSON.parse(value) : value;
