import { timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { hashOperatorToken } from '../../seals/lookup-hashes.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { SessionCookie } from './session-cookie.ts';

export type OperatorSession = {
  /** The secret of the operator's cookie, if this is the token. */
  secretFor(given: Secret): Secret | undefined;
  isOpen(request: Request): boolean;
  /** Sends whoever is not signed in as the operator to the form. */
  require: RequestHandler;
};

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** The operator's session: its cookie holds a hash of the token, so that another token ends it. */
export const createOperatorSession = (cookie: SessionCookie, vault: Vault, token: Secret): OperatorSession => {
  const hash = hashOperatorToken(vault, token);
  const isOpen = (request: Request): boolean => isSame(cookie.read(request)?.reveal() ?? '', hash);
  return {
    secretFor: (given) => (isSame(hashOperatorToken(vault, given), hash) ? new Secret(hash) : undefined),
    isOpen,
    require(request, response, next) {
      if (isOpen(request)) next();
      else response.redirect(303, 'operator-sign-in');
    },
  };
};
