import { addressesOf, type DirectoryEntry, type NamedPerson, unnamedPerson } from '../../../contract/person.ts';
import type { Run, TenantDatabase, Transaction } from '../database.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import { type PersonRow, personColumns, readPerson, readStoredPerson } from '../rows/person-row.ts';
import { allOf, oneOf, phrase, type Statement, sql, tableOf } from '../sql.ts';
import type { PeopleQuery, PeopleSearch, StoredPerson } from '../tenant-store.ts';
import { lookInPieces, rowsPerLook } from './look-in-pieces.ts';

const byteOrder = phrase('byte order');

// The named first, by name: the words of the index `person_by_name`.
const nameKey = sql`(case when name is null then '1' else '0' || lower(name ${byteOrder}) end) ${byteOrder}`;
const userKey = sql`user_id ${byteOrder}`;

const keyOf = (name: string | null): Statement =>
  name === null ? sql`'1'` : sql`('0' || lower(cast(${name} as text) ${byteOrder}))`;

/** People of the directory after one of them: the named first, by name. */
export const listPeople = async (
  run: Run,
  organizationId: string,
  { limit = 100, after }: PeopleQuery = {},
): Promise<DirectoryEntry[]> => {
  const conditions = [
    sql`organization_id = ${organizationId}`,
    ...(after === undefined
      ? []
      : [
          // SQLite finds the place in the index by this one alone.
          sql`${nameKey} >= ${keyOf(after.name)}`,
          sql`(${nameKey}, ${userKey}) > (${keyOf(after.name)}, ${after.user_id})`,
        ]),
  ];
  const rows = await run.rows<PersonRow>(sql`
    select ${personColumns} from person
    where ${allOf(conditions)}
    order by ${nameKey}, ${userKey}
    limit ${limit}`);
  return rows.map(readPerson);
};

export const findPerson = async (
  run: Run,
  organizationId: string,
  userId: string,
): Promise<DirectoryEntry | undefined> => {
  const row = await run.first<PersonRow>(sql`
    select ${personColumns} from person where organization_id = ${organizationId} and user_id = ${userId}`);
  return row === undefined ? undefined : readPerson(row);
};

/** The people whose name, id or one of whose addresses holds a text, whatever its case. */
export const searchPeople = async (
  database: TenantDatabase,
  organizationId: string,
  { text, limit, after, isWanted }: PeopleSearch,
): Promise<{ people: DirectoryEntry[]; hasMore: boolean }> => {
  const wanted = text.toLowerCase();
  const isFound = (person: DirectoryEntry): boolean =>
    [person.user_id, person.name, ...addressesOf(person)].some((value) => value?.toLowerCase().includes(wanted));
  const { items, hasMore } = await lookInPieces<DirectoryEntry, Pick<DirectoryEntry, 'user_id' | 'name'>>({
    limit,
    from: after ?? null,
    isWanted,
    async look(from, most) {
      const people = await listPeople(database, organizationId, { limit: rowsPerLook, after: from ?? undefined });
      const next = people.length < rowsPerLook ? null : (people.at(-1) ?? null);
      return { found: people.filter(isFound).slice(0, most), next };
    },
  });
  return { people: items, hasMore };
};

/** Reads people and locks them until the transaction ends. */
const lockPeople = async (
  run: Transaction,
  organizationId: string,
  userIds: readonly string[],
): Promise<Map<string, StoredPerson>> => {
  const rows = await run.rows<PersonRow & { is_seen: number | boolean }>(sql`
    select ${personColumns}, is_seen from person
    where organization_id = ${organizationId} and user_id ${oneOf(userIds)}
    order by user_id
    ${phrase('lock')}`);
  return new Map(rows.map((row) => [row.user_id, readStoredPerson(row)]));
};

/** A date alone is its beginning, in UTC. */
const momentOf = (given: string | null): string | null => (given === null ? null : new Date(given).toISOString());

/** A person under the new name. Aliases and an absence that are not given stay. */
const renamed = (
  { user_id, name, email, aliases, away_until }: NamedPerson,
  { aliases: knownAliases, away_until: knownUntil, isSeen }: StoredPerson,
): StoredPerson => ({
  user_id,
  name,
  email,
  aliases: aliases ?? knownAliases,
  away_until: away_until === undefined ? knownUntil : momentOf(away_until),
  isSeen,
});

/**
 * Names people, all of them or, should one fail, none. The last of those with the same id counts. Returns them as they
 * are now.
 */
export const namePeople = async (
  run: Transaction,
  organizationId: string,
  people: readonly NamedPerson[],
  quotas: Quotas,
): Promise<StoredPerson[]> => {
  const given = new Map(people.map((person) => [person.user_id, person]));
  const known = await lockPeople(run, organizationId, [...given.keys()]);
  const named = [...given.values()].map((person) =>
    renamed(person, known.get(person.user_id) ?? { ...unnamedPerson(person.user_id), isSeen: false }),
  );
  await run.change(sql`
    insert into person (organization_id, user_id, name, email, aliases, away_until_ms)
    select ${organizationId}, user_id, name, email, aliases, away_until_ms
    from ${tableOf('named', named, {
      user_id: ['text', ({ user_id }) => user_id],
      name: ['text', ({ name }) => name],
      email: ['text', ({ email }) => email],
      aliases: ['text', ({ aliases }) => (aliases.length === 0 ? null : JSON.stringify(aliases))],
      away_until_ms: ['bigint', ({ away_until }) => (away_until === null ? null : Date.parse(away_until))],
    })}
    where true
    order by user_id
    on conflict (organization_id, user_id) do update
    set name = excluded.name, email = excluded.email, aliases = excluded.aliases,
        away_until_ms = excluded.away_until_ms
    where person.name is distinct from excluded.name or person.email is distinct from excluded.email
      or person.aliases is distinct from excluded.aliases
      or person.away_until_ms is distinct from excluded.away_until_ms`);
  const { known: count = 0 } =
    (await run.first<{ known: number }>(sql`
      select count(*) as known from person where organization_id = ${organizationId}`)) ?? {};
  if (count > quotas.people) throw new QuotaReached('people', quotas.people);
  return named;
};

/** Removes what the workspace calls a person. Only an id that a task has shown stays. */
export const forgetPerson = async (run: Transaction, organizationId: string, userId: string): Promise<boolean> => {
  const removed = await run.change(sql`
    delete from person where organization_id = ${organizationId} and user_id = ${userId} and not is_seen`);
  const cleared = await run.change(sql`
    update person set name = null, email = null, aliases = null, away_until_ms = null
    where organization_id = ${organizationId} and user_id = ${userId}`);
  return removed + cleared > 0;
};
