import type { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Identify } from '../../topo-port.ts';

/** Whom a Topo key belongs to, and what it may do. */
export type Identity =
  | { kind: 'accepted'; organizationId: string; scopes: readonly string[] }
  | { kind: 'refused' }
  | { kind: 'unknown'; reason: string };

export type KeyCache = {
  /** Asks Topo, or remembers what it said a short time ago. */
  of(key: Secret): Promise<Identity>;
  /** What is remembered of a key, so that Topo need not be asked. */
  remembered(key: Secret): Identity | undefined;
  /** Topo has just refused this key elsewhere: whatever is remembered of it ends now. */
  refuse(key: Secret): void;
};

const acceptedForMs = 5 * 60_000;
const refusedForMs = 60_000;
const mostRemembered = 10_000;

const rememberForMs = ({ kind }: Identity): number => {
  if (kind === 'accepted') return acceptedForMs;
  return kind === 'refused' ? refusedForMs : 0;
};

/**
 * Remembers for some minutes what Topo says about keys, by their keyed hash; refusals too, for a shorter time. That
 * Topo could not be asked is not remembered.
 *
 * @param clock milliseconds, from any start; never goes back.
 */
export const createKeyCache = (identify: Identify, vault: Vault, clock: () => number): KeyCache => {
  const remembered = new Map<string, { identity: Identity; untilMs: number }>();
  const asking = new Map<string, Promise<Identity>>();

  const hashOf = (key: Secret): string => vault.hash(key, 'identity');

  const recall = (hash: string): Identity | undefined => {
    const known = remembered.get(hash);
    if (known === undefined || known.untilMs <= clock()) return undefined;
    return known.identity;
  };

  const remember = (hash: string, identity: Identity): void => {
    remembered.delete(hash);
    if (rememberForMs(identity) === 0) return;
    remembered.set(hash, { identity, untilMs: clock() + rememberForMs(identity) });
    const [oldest] = remembered.keys();
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
  };

  const ask = async (key: Secret): Promise<Identity> => {
    const answer = await identify(key);
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
    remembered: (key) => recall(hashOf(key)),

    refuse: (key) => remember(hashOf(key), { kind: 'refused' }),

    async of(key) {
      const hash = hashOf(key);
      const known = recall(hash);
      if (known !== undefined) return known;
      // Calls that arrive together with the same key ask once.
      const asked = asking.get(hash) ?? ask(key).finally(() => asking.delete(hash));
      asking.set(hash, asked);
      const identity = await asked;
      // A refusal that came in between is newer than this answer may be.
      const refused = recall(hash);
      if (refused !== undefined) return refused;
      remember(hash, identity);
      return identity;
    },
  };
};
