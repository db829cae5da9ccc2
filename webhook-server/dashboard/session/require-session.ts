import type { RequestHandler } from 'express';
import { credentialOf, presentKey } from '../../http/authentication/credential.ts';
import { hashTopoKey } from '../../seals/lookup-hashes.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { SessionCookie } from './session-cookie.ts';

/** Presents the key of whoever is signed in, for everything that handles the request afterwards. */
export const readSession =
  (cookie: SessionCookie, vault: Vault): RequestHandler =>
  (request, _response, next) => {
    const key = cookie.read(request);
    if (key !== undefined) presentKey(request, hashTopoKey(vault, key));
    next();
  };

/** Sends whoever is not signed in to the form, and from there on to the page that they asked for. */
export const requireSession: RequestHandler = (request, response, next) => {
  if (credentialOf(request) !== undefined) {
    next();
    return;
  }
  const wanted = request.method === 'GET' ? `?next=${encodeURIComponent(request.url.slice(1))}` : '';
  response.redirect(303, `sign-in${wanted}`);
};
