import type { HashedKey } from '../../seals/lookup-hashes.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Identify } from '../../topo-port.ts';

/** Whom a Topo key belongs to, and what it may do. `unknown`: Topo could not be asked. */
export type Identity =
  | { kind: 'accepted'; organizationId: string; scopes: readonly string[] }
  | { kind: 'refused' }
  | { kind: 'unknown'; reason: string };

export type KeyCache = {
  /** Returns what the cache holds about a key, or asks Topo. */
  identify(key: HashedKey): Promise<Identity>;
  /** Returns what the cache holds under a key's hash; never asks Topo. */
  peek(key: Pick<HashedKey, 'hash'>): Identity | undefined;
  /** Notes that Topo has just refused this key elsewhere. */
  refuse(key: Pick<HashedKey, 'hash'>): void;
};

const acceptedForMs = 5 * 60_000;
const refusedForMs = 60_000;
const maxKeys = 10_000;

const lifetimeMs = ({ kind }: Identity): number => {
  if (kind === 'accepted') return acceptedForMs;
  return kind === 'refused' ? refusedForMs : 0;
};

/**
 * Caches what Topo says about keys, by their hash, for some minutes; refusals too, for a shorter time. Failures to
 * reach Topo are not cached.
 *
 * @param askTopo asks Topo about a key.
 * @param clock milliseconds, from any start; never goes back.
 */
export const createKeyCache = (askTopo: Identify, clock: () => number): KeyCache => {
  const entries = new Map<string, { identity: Identity; untilMs: number }>();
  const pending = new Map<string, Promise<Identity>>();

  const get = (hash: string): Identity | undefined => {
    const entry = entries.get(hash);
    if (entry === undefined || entry.untilMs <= clock()) return undefined;
    return entry.identity;
  };

  const set = (hash: string, identity: Identity): void => {
    entries.delete(hash);
    if (lifetimeMs(identity) === 0) return;
    entries.set(hash, { identity, untilMs: clock() + lifetimeMs(identity) });
    const [oldest] = entries.keys();
    if (entries.size > maxKeys && oldest !== undefined) entries.delete(oldest);
  };

  const fetchIdentity = async (key: Secret): Promise<Identity> => {
    const answer = await askTopo(key);
    switch (answer.kind) {
      case 'answered':
        return { kind: 'accepted', organizationId: answer.answer.organization_id, scopes: answer.answer.scopes };
      case 'refused':
        return { kind: 'refused' };
      case 'limited':
      case 'failed':
        return { kind: 'unknown', reason: answer.reason };
    }
  };

  return {
    peek: ({ hash }) => get(hash),

    refuse: ({ hash }) => set(hash, { kind: 'refused' }),

    async identify({ key, hash }) {
      const cached = get(hash);
      if (cached !== undefined) return cached;
      // Calls that arrive together with the same key share one request.
      const request = pending.get(hash) ?? fetchIdentity(key).finally(() => pending.delete(hash));
      pending.set(hash, request);
      const identity = await request;
      // A refusal that came in between is newer than this answer may be.
      const refused = get(hash);
      if (refused !== undefined) return refused;
      set(hash, identity);
      return identity;
    },
  };
};
