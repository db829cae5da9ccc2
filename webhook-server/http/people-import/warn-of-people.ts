import { addressesOf, type DirectoryEntry, type ImportReport } from '../../../contract/person.ts';
import type { StoredPerson } from '../../store/tenant-store.ts';

type Warning = ImportReport['warnings'][number];

const keyOf = (address: string): string => address.toLowerCase();

/** Who has an address, first come first. */
type Owners = ReadonlyMap<string, readonly DirectoryEntry[]>;

/** Finds the owners of some addresses among everybody in the directory. */
export const findOwners = async (
  people: readonly DirectoryEntry[],
  everybody: AsyncIterable<readonly DirectoryEntry[]>,
): Promise<Owners> => {
  const owners = new Map(
    people.flatMap(addressesOf).map((address) => [keyOf(address), new Map<string, DirectoryEntry>()]),
  );
  for await (const piece of everybody) {
    for (const person of piece) {
      for (const address of addressesOf(person)) owners.get(keyOf(address))?.set(person.user_id, person);
    }
  }
  return new Map([...owners].map(([address, of]) => [address, [...of.values()]]));
};

const describe = ({ user_id, name }: DirectoryEntry): string => (name === null ? user_id : `${name} (${user_id})`);

const sharedAddresses = (person: DirectoryEntry, owners: Owners): string[] =>
  [...new Set(addressesOf(person).map(keyOf))].flatMap((address) => {
    const [other, ...more] = (owners.get(address) ?? []).filter(({ user_id }) => user_id !== person.user_id);
    if (other === undefined) return [];
    const others = more.length === 0 ? describe(other) : `${describe(other)} and ${more.length} more`;
    return [`${address} is also an address of ${others}. Steps that are given it will halt and ask for an id.`];
  });

const unseen = 'No task has shown this user_id yet. Check it, if this person already has tasks.';

/** What should be looked at again, though it was stored: ids that no task has shown, and addresses of two people. */
export const warnOf = (people: readonly (StoredPerson & { line: number })[], owners: Owners): Warning[] =>
  people.flatMap(({ line, ...person }) =>
    [...(person.isSeen ? [] : [unseen]), ...sharedAddresses(person, owners)].map((message) => ({ line, message })),
  );
