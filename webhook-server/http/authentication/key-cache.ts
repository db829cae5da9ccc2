import { keepNewest } from '../../keep-newest.ts';
import type { HashedKey } from '../../seals/lookup-hashes.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Identify } from '../../topo-port.ts';

/**
 * Whom a Topo key belongs to, and what it may do. `unknown`: Topo could not be asked. `isRemembered`: nor could it now, but
 * it accepted the key within a day, so that its holder may go on reading.
 */
export type Identity =
  | { kind: 'accepted'; organizationId: string; scopes: readonly string[]; isRemembered?: true }
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

/** Topo is asked again about a key that is only remembered after this. */
const rememberedForMs = 10_000;

/** An acceptance is remembered for this long while Topo cannot be asked. */
const memoryMs = 24 * 3_600_000;
const maxKeys = 10_000;

const lifetimeMs = (identity: Identity): number => {
  const { kind } = identity;
  if (kind === 'accepted') return identity.isRemembered ? rememberedForMs : acceptedForMs;
  return kind === 'refused' ? refusedForMs : 0;
};

/**
 * Caches what Topo says about keys, by their hash, for some minutes; refusals too, for a shorter time. Failures to
 * reach Topo are not cached: a key that it accepted within a day is remembered meanwhile.
 *
 * @param askTopo asks Topo about a key.
 * @param clock milliseconds, from any start; never goes back.
 */
export const createKeyCache = (askTopo: Identify, clock: () => number): KeyCache => {
  const entries = new Map<string, { identity: Identity; untilMs: number }>();
  const accepted = new Map<string, { identity: Identity; untilMs: number }>();
  const pending = new Map<string, Promise<Identity>>();

  const keep = (kept: typeof entries, hash: string, identity: Identity, forMs: number): void => {
    keepNewest(kept, hash, { identity, untilMs: clock() + forMs }, maxKeys);
  };

  const get = (hash: string): Identity | undefined => {
    const entry = entries.get(hash);
    if (entry === undefined || entry.untilMs <= clock()) return undefined;
    return entry.identity;
  };

  const set = (hash: string, identity: Identity): void => {
    if (identity.kind === 'refused') accepted.delete(hash);
    if (identity.kind === 'accepted' && !identity.isRemembered) keep(accepted, hash, identity, memoryMs);
    if (lifetimeMs(identity) === 0) entries.delete(hash);
    else keep(entries, hash, identity, lifetimeMs(identity));
  };

  /** What Topo said before, where it cannot be asked now. */
  const remembered = (hash: string, identity: Identity): Identity => {
    const known = accepted.get(hash);
    if (identity.kind !== 'unknown' || known?.identity.kind !== 'accepted' || known.untilMs <= clock()) return identity;
    return { ...known.identity, isRemembered: true };
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
      const answer = await request;
      // A refusal that came in between is newer than this answer may be.
      const refused = get(hash);
      if (refused !== undefined) return refused;
      const identity = remembered(hash, answer);
      set(hash, identity);
      return identity;
    },
  };
};
