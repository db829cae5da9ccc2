import type { DirectoryEntry } from '../../../contract/person.ts';
import { constant } from '../sql.ts';
import type { StoredPerson } from '../tenant-store.ts';

/** `aliases` is a JSON list; null when there are none. */
export type PersonRow = {
  user_id: string;
  name: string | null;
  email: string | null;
  aliases: string | null;
  away_until_ms: number | null;
};

export const personColumns = constant('user_id, name, email, aliases, away_until_ms');

/** A person of the directory, from a row that a flow wrote. */
export const readPerson = ({ user_id, name, email, aliases, away_until_ms }: PersonRow): DirectoryEntry => ({
  user_id,
  name,
  email,
  aliases: aliases === null ? [] : JSON.parse(aliases),
  away_until: away_until_ms === null ? null : new Date(away_until_ms).toISOString(),
});

/** The same, with whether a task has shown the id. */
export const readStoredPerson = (row: PersonRow & { is_seen: number | boolean }): StoredPerson => ({
  ...readPerson(row),
  isSeen: Boolean(row.is_seen),
});
