import type { Request, RequestHandler } from 'express';
import { type HashedKey, hashSigningSecret, hashTopoKey } from '../../seals/lookup-hashes.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';

/** What a caller shows: a Topo key, or the secret of a hook, which ends that hook and does nothing else. */
export type Credential = ({ kind: 'topo key' } & HashedKey) | { kind: 'hook secret'; hash: string };

const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i;

const credentials = new WeakMap<Request, Credential>();

const parse = (vault: Vault, authorization: string | undefined): Credential | undefined => {
  const token = bearer.exec(authorization?.trim() ?? '')?.[1];
  if (token === undefined) return undefined;
  const secret = new Secret(token);
  return token.startsWith('whsec_')
    ? { kind: 'hook secret', hash: hashSigningSecret(vault, secret) }
    : { kind: 'topo key', ...hashTopoKey(vault, secret) };
};

/** Reads and hashes the bearer token once, for everything that handles the request afterwards. */
export const readCredential =
  (vault: Vault): RequestHandler =>
  (request, _response, next) => {
    const credential = parse(vault, request.get('authorization'));
    if (credential !== undefined) credentials.set(request, credential);
    next();
  };

/** What the caller showed, or `undefined` without a usable `Authorization: Bearer …` header. */
export const credentialOf = (request: Request): Credential | undefined => credentials.get(request);

/** Lets a request act with a Topo key that it showed in another way than this header: a session of the dashboard. */
export const presentKey = (request: Request, key: HashedKey): void => {
  credentials.set(request, { kind: 'topo key', ...key });
};
