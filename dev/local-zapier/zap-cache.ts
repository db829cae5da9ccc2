import { isRecord } from './is-record.ts';

/** Whom an entry may be limited to. */
export type CacheOwner = { userId: string; connectionId: string };

export type RpcCall = { method: string; params: readonly unknown[]; owner: CacheOwner };

type Entry = { value: unknown; endsAtMs: number };

/** The store behind `z.cache`. */
export type ZapCache = { answer(call: RpcCall): unknown };

const prefixOf = (scope: unknown, { userId, connectionId }: CacheOwner): string => {
  const parts = Array.isArray(scope) ? scope : [];
  const user = parts.includes('user') ? userId : '';
  const auth = parts.includes('auth') ? connectionId : '';
  return JSON.stringify([user, auth]);
};

const endOf = (ttlSeconds: unknown, nowMs: number): number =>
  typeof ttlSeconds === 'number' ? nowMs + ttlSeconds * 1000 : Number.POSITIVE_INFINITY;

/**
 * Serves `zcache_get`, `zcache_set` and `zcache_delete` as zapier-platform-core calls them. `ttl` is in seconds; `scope`
 * limits a key to a user or a connection. With `nx` an existing key keeps its value and the result is `false`: `null`
 * would mean that Zapier was too busy (zapier/zapier-platform#921).
 *
 * @throws Error for any other method; core shows its message.
 */
export const createZapCache = (nowMs: () => number): ZapCache => {
  const entries = new Map<string, Entry>();

  const present = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || entry.endsAtMs > nowMs()) return entry;
    entries.delete(key);
    return undefined;
  };

  const set = (key: string, value: unknown, ttlSeconds: unknown, isNew: boolean): boolean => {
    if (isNew && present(key) !== undefined) return false;
    entries.set(key, { value, endsAtMs: endOf(ttlSeconds, nowMs()) });
    return true;
  };

  return {
    answer: ({ method, params, owner }) => {
      const [key, ...rest] = params;
      const keyIn = (scope: unknown) => `${prefixOf(scope, owner)} ${String(key)}`;
      switch (method) {
        case 'zcache_get':
          return present(keyIn(rest[0]))?.value ?? null;
        case 'zcache_set':
          return set(keyIn(rest[2]), rest[0], rest[1], rest[3] === true);
        case 'zcache_delete':
          return present(keyIn(rest[0])) !== undefined && entries.delete(keyIn(rest[0]));
        default:
          throw new Error(`The local Zapier serves z.cache alone, not “${method}”.`);
      }
    },
  };
};

/** Reads the body of a call by core; `undefined` when it is none. */
export const readRpcBody = (body: unknown): { id: unknown; method: string; params: unknown[] } | undefined => {
  if (!isRecord(body)) return undefined;
  const { id, method, params } = body;
  return typeof method === 'string' && Array.isArray(params) ? { id, method, params } : undefined;
};
