import type { Database } from 'better-sqlite3';
import type { DirectoryEntry, NamedPerson } from '../../../contract/person.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import type { TenantStore } from '../tenant-store.ts';

/** The directory of a workspace's people. */
export const createPeople = (
  database: Database,
  quotas: Quotas,
): ((organizationId: string) => Pick<TenantStore, 'people' | 'namePeople'>) => {
  const all = database.prepare<{ organizationId: string }, DirectoryEntry>(`
    select user_id, name, email from person
    where organization_id = @organizationId
    order by name is null, name collate nocase, user_id`);

  const put = database.prepare<NamedPerson & { organizationId: string }>(`
    insert into person (organization_id, user_id, name, email) values (@organizationId, @user_id, @name, @email)
    on conflict (organization_id, user_id) do update set name = excluded.name, email = excluded.email`);

  const count = database.prepare<{ organizationId: string }, { known: number }>(
    'select count(*) as known from person where organization_id = @organizationId',
  );

  const name = database.transaction((organizationId: string, people: readonly NamedPerson[]): void => {
    for (const person of people) put.run({ organizationId, ...person });
    const known = count.get({ organizationId })?.known ?? 0;
    if (known > quotas.people) throw new QuotaReached('people', quotas.people);
  });

  return (organizationId) => ({
    async people() {
      return all.all({ organizationId });
    },
    async namePeople(people) {
      name.immediate(organizationId, people);
    },
  });
};
