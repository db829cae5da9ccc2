import type { Database } from 'better-sqlite3';
import type { DirectoryEntry, NamedPerson } from '../../../contract/person.ts';
import type { TenantStore } from '../tenant-store.ts';

/** The directory of a workspace's people. */
export const createPeople = (
  database: Database,
): ((organizationId: string) => Pick<TenantStore, 'people' | 'namePeople'>) => {
  const all = database.prepare<{ organizationId: string }, DirectoryEntry>(`
    select user_id, name, email from person
    where organization_id = @organizationId
    order by name is null, name collate nocase, user_id`);

  const put = database.prepare<NamedPerson & { organizationId: string }>(`
    insert into person (organization_id, user_id, name, email) values (@organizationId, @user_id, @name, @email)
    on conflict (organization_id, user_id) do update set name = excluded.name, email = excluded.email`);

  const name = database.transaction((organizationId: string, people: readonly NamedPerson[]): void => {
    for (const person of people) put.run({ organizationId, ...person });
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
