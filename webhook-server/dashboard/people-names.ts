import { readDirectory } from '../http/read-directory.ts';
import type { TenantStore } from '../store/tenant-store.ts';

/** What to call somebody: their name or address, or else their id; null is nobody. */
export type NameOf = (userId: string | null) => string;

/** The names of these people, as far as the directory knows them. */
export const readNames = async (
  store: Pick<TenantStore, 'people'>,
  userIds: readonly (string | null)[],
): Promise<NameOf> => {
  const missing = new Set(userIds.filter((id) => id !== null));
  const names = new Map<string, string>();
  if (missing.size > 0) {
    for await (const people of readDirectory(store)) {
      for (const { user_id, name, email } of people) {
        if (missing.delete(user_id)) names.set(user_id, name ?? email ?? user_id);
      }
      if (missing.size === 0) break;
    }
  }
  return (userId) => (userId === null ? 'nobody' : (names.get(userId) ?? userId));
};
