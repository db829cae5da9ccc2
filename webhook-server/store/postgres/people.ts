import type { DirectoryEntry } from '../../../contract/person.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import type { TenantStore } from '../tenant-store.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** The directory of a workspace's people. */
export const createPeople =
  (database: Database, quotas: Quotas) =>
  (organizationId: string): Pick<TenantStore, 'people' | 'namePeople'> => ({
    people: () =>
      database.rows<DirectoryEntry>(sql`
        select user_id, name, email from person
        where organization_id = ${organizationId}
        order by name is null, lower(name collate "C") collate "C", user_id collate "C"`),

    async namePeople(people) {
      // The last of those with the same id counts.
      const named = [...new Map(people.map((person) => [person.user_id, person])).values()];
      await database.transaction(async (run) => {
        await run.change(sql`
        insert into person (organization_id, user_id, name, email)
        select ${organizationId}, user_id, name, email
        from unnest(${named.map(({ user_id }) => user_id)}::text[], ${named.map(({ name }) => name)}::text[],
                    ${named.map(({ email }) => email)}::text[]) as named (user_id, name, email)
        order by user_id
        on conflict (organization_id, user_id) do update set name = excluded.name, email = excluded.email`);
        const { known = 0 } =
          (await run.first<{ known: number }>(sql`
        select count(*) as known from person where organization_id = ${organizationId}`)) ?? {};
        if (known > quotas.people) throw new QuotaReached('people', quotas.people);
      });
    },
  });
