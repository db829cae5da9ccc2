import type { DirectoryEntry, NamedPerson } from '../../../contract/person.ts';
import type { Run, Transaction } from '../database.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import { phrase, sql, tableOf } from '../sql.ts';

const byteOrder = phrase('byte order');

/** Everybody in the directory: the named first, by name. */
export const listPeople = (run: Run, organizationId: string): Promise<DirectoryEntry[]> =>
  run.rows<DirectoryEntry>(sql`
    select user_id, name, email from person
    where organization_id = ${organizationId}
    order by name is null, lower(name ${byteOrder}) ${byteOrder}, user_id ${byteOrder}`);

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
    on conflict (organization_id, user_id) do update set name = excluded.name, email = excluded.email`);
  const { known = 0 } =
    (await run.first<{ known: number }>(sql`
      select count(*) as known from person where organization_id = ${organizationId}`)) ?? {};
  if (known > quotas.people) throw new QuotaReached('people', quotas.people);
};
