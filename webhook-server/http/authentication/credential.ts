import type { Request } from 'express';
import { Secret } from '../../secrets/secret.ts';

const form = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** The token of an `Authorization: Bearer …` header, or `undefined` when there is none of a usable form. */
export const bearerOf = (request: Request): Secret | undefined => {
  const token = form.exec(request.get('authorization')?.trim() ?? '')?.[1];
  return token === undefined ? undefined : new Secret(token);
};

/** Whether a token has the form of a hook's secret, which is no Topo key. */
export const isHookSecret = (token: Secret): boolean => token.reveal().startsWith('whsec_');
