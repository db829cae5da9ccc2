import type { DirectoryEntry, NamedPerson } from '../../../contract/person.ts';
import type { Run, TenantDatabase, Transaction } from '../database.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import { allOf, phrase, type Statement, sql, tableOf } from '../sql.ts';
import type { PeopleQuery, PeopleSearch } from '../tenant-store.ts';
import { lookInPieces, rowsPerLook } from './look-in-pieces.ts';

const byteOrder = phrase('byte order');

// The named first, by name: the words of the index `person_by_name`.
const nameKey = sql`(case when name is null then '1' else '0' || lower(name ${byteOrder}) end) ${byteOrder}`;
const userKey = sql`user_id ${byteOrder}`;

const keyOf = (name: string | null): Statement =>
  name === null ? sql`'1'` : sql`('0' || lower(cast(${name} as text) ${byteOrder}))`;

/** People of the directory after one of them: the named first, by name. */
export const listPeople = (
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
  return run.rows<DirectoryEntry>(sql`
    select user_id, name, email from person
    where ${allOf(conditions)}
    order by ${nameKey}, ${userKey}
    limit ${limit}`);
};

export const findPerson = (run: Run, organizationId: string, userId: string): Promise<DirectoryEntry | undefined> =>
  run.first<DirectoryEntry>(sql`
    select user_id, name, email from person where organization_id = ${organizationId} and user_id = ${userId}`);

/** The people whose name, e-mail address or id holds a text, whatever its case. */
export const searchPeople = async (
  database: TenantDatabase,
  organizationId: string,
  { text, limit, after, isWanted }: PeopleSearch,
): Promise<{ people: DirectoryEntry[]; hasMore: boolean }> => {
  const wanted = text.toLowerCase();
  const isFound = ({ user_id, name, email }: DirectoryEntry): boolean =>
    [user_id, name, email].some((value) => value?.toLowerCase().includes(wanted));
  const { items, hasMore } = await lookInPieces<DirectoryEntry, DirectoryEntry>({
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

/** Names people, all of them or, should one fail, none. The last of those with the same id counts. */
export const namePeople = async (
  run: Transaction,
  organizationId: string,
  people: readonly NamedPerson[],
  quotas: Quotas,
): Promise<void> => {
  const named = [...new Map(people.map((person) => [person.user_id, person])).values()];
  await run.change(sql`
    insert into person (organization_id, user_id, name, email)
    select ${organizationId}, user_id, name, email
    from ${tableOf('named', named, {
      user_id: ['text', ({ user_id }) => user_id],
      name: ['text', ({ name }) => name],
      email: ['text', ({ email }) => email],
    })}
    where true
    order by user_id
    on conflict (organization_id, user_id) do update set name = excluded.name, email = excluded.email
    where person.name is distinct from excluded.name or person.email is distinct from excluded.email`);
  const { known = 0 } =
    (await run.first<{ known: number }>(sql`
      select count(*) as known from person where organization_id = ${organizationId}`)) ?? {};
  if (known > quotas.people) throw new QuotaReached('people', quotas.people);
};
