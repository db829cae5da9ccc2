import type { DirectoryEntry } from '../../contract/person.ts';
import type { TenantStore } from '../store/tenant-store.ts';

const peoplePerPiece = 500;

/** Everybody in the directory, read piece by piece: who is renamed meanwhile may come twice, or not at all. */
export async function* readDirectory(store: Pick<TenantStore, 'people'>): AsyncGenerator<DirectoryEntry[]> {
  let after: DirectoryEntry | undefined;
  do {
    const people = await store.people({ limit: peoplePerPiece, after });
    yield people;
    after = people.length < peoplePerPiece ? undefined : people.at(-1);
  } while (after !== undefined);
}
