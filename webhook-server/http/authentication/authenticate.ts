import type { Request, RequestHandler } from 'express';
import { coversScope } from '../../../contract/covers-scope.ts';
import { sealKey } from '../../seals/seal-key.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Store } from '../../store/store.ts';
import type { SealedKey, TenantStore } from '../../store/tenant-store.ts';
import { HttpError } from '../errors/http-error.ts';
import { type Credential, credentialOf } from './credential.ts';
import type { Identity, KeyCache } from './key-cache.ts';

/**
 * An authenticated caller: their organization and its store, their key, how it is sealed for it, and the key's scopes.
 * `isRemembered`: Topo cannot be asked now, so the caller may read, and nothing may be written for them.
 */
export type Caller = {
  organizationId: string;
  store: TenantStore;
  key: Secret;
  /** Few calls store the key: only they have it sealed. */
  sealKey: () => SealedKey;
  isRemembered: boolean;
  scopes: readonly string[];
};

/**
 * Finds out who calls.
 *
 * @throws HttpError 401 without a key that Topo accepts, 403 when it lacks the scope, 503 when Topo cannot be asked.
 */
export type Authenticate = (request: Request, scope: 'tasks:read' | 'tasks:write') => Promise<Caller>;

/** @throws HttpError 403 when the key's scopes do not cover this one. */
export const requireScope = (scopes: readonly string[], scope: string): void => {
  if (coversScope(scopes, scope)) return;
  const next = 'Make a new one with it in Topo under Settings → Developers → API Keys.';
  throw new HttpError(403, 'forbidden', `This API key lacks the scope ${scope}. ${next}`);
};

type Accepted = Identity & { kind: 'accepted' };

const topoUnavailable = (cause?: string): HttpError =>
  new HttpError(
    503,
    'topo_unavailable',
    'Topo could not be asked whether this API key is valid. Try again in a moment.',
    { retryAfterSeconds: 10, ...(cause === undefined ? {} : { cause }) },
  );

/** While Topo cannot be asked, whoever it accepted within a day may read. */
const accept = (identity: Identity, isReading: boolean): Accepted => {
  switch (identity.kind) {
    case 'refused':
      throw new HttpError(
        401,
        'unauthorized',
        'Topo does not accept this API key. Make a new one in Topo under Settings → Developers → API Keys.',
      );
    case 'unknown':
      throw topoUnavailable(identity.reason);
    case 'accepted':
      if (identity.isRemembered && !isReading) throw topoUnavailable();
      return identity;
  }
};

type Identified = { credential: Credential & { kind: 'topo key' }; identity: Accepted };

const identify = async (keyCache: KeyCache, request: Request): Promise<Identified> => {
  const credential = credentialOf(request);
  // Topo is never shown a hook's secret.
  if (credential?.kind !== 'topo key') {
    throw new HttpError(401, 'unauthorized', 'Send your Topo API key in a header: “Authorization: Bearer topo_…”.');
  }
  return { credential, identity: accept(await keyCache.identify(credential), request.method === 'GET') };
};

/** Refuses callers without a key that Topo accepts. It stands before whatever a caller makes the server do or read. */
export const requireKey =
  (keyCache: KeyCache): RequestHandler =>
  async (request, _response, next) => {
    await identify(keyCache, request);
    next();
  };

/** The same, and lets the secret of a hook pass: the route checks that it is the right one. */
export const requireKeyOrSecret =
  (keyCache: KeyCache): RequestHandler =>
  async (request, _response, next) => {
    if (credentialOf(request)?.kind !== 'hook secret') await identify(keyCache, request);
    next();
  };

/** Callers authenticate with their Topo key. A working key replaces one that Topo has refused to the detector. */
export const createAuthenticate =
  (keyCache: KeyCache, vault: Vault, tenant: Store['tenant']): Authenticate =>
  async (request, scope) => {
    const { credential, identity } = await identify(keyCache, request);
    const { organizationId, scopes, isRemembered = false } = identity;
    requireScope(scopes, scope);
    const store = tenant(organizationId);
    const seal = (): SealedKey => ({ ...sealKey(vault, organizationId, credential), scopes });
    const mayReplace = coversScope(scopes, 'tasks:read') && !isRemembered;
    if (mayReplace && (await store.needsKey(credential.hash))) await store.renewKey(seal());
    return { organizationId, store, key: credential.key, sealKey: seal, isRemembered, scopes };
  };
