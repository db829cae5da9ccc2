import type { Request, RequestHandler } from 'express';
import { hashNudgeToken } from '../../seals/lookup-hashes.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Store } from '../../store/store.ts';
import { limitPerMinute } from '../rate-limits/limit-per-minute.ts';

type Ports = {
  store: Pick<Store, 'tenant' | 'organizationOfNudge'>;
  vault: Vault;
  /** Calls of one address in a minute that do something. */
  max: number;
};

const tokenForm = /^ndg_[\w-]{43}$/;

const done: RequestHandler = (_request, response) => {
  response.status(204).end();
};

/**
 * `POST /nudges/:token`: 204, whether or not there is such an address. For webhooks of Topo's own, of a CRM, or a script:
 * what they send is not read. Above the limit a call does nothing, as a look is on its way.
 */
export const nudgeFromOutside = ({ store, vault, max }: Ports): RequestHandler[] => {
  const organizations = new WeakMap<Request, string>();

  const findOrganization: RequestHandler = async (request, response, next) => {
    const token = String(request.params['token']);
    const organizationId = tokenForm.test(token)
      ? await store.organizationOfNudge(hashNudgeToken(vault, new Secret(token)))
      : undefined;
    if (organizationId === undefined) {
      done(request, response, next);
    } else {
      organizations.set(request, organizationId);
      next();
    }
  };
  const organizationOf = (request: Request): string => organizations.get(request) ?? 'nobody';

  const nudge: RequestHandler = async (request, _response, next) => {
    await store.tenant(organizationOf(request)).nudgeFromOutside();
    next();
  };

  return [findOrganization, limitPerMinute({ max, excess: done, keyOf: organizationOf }), nudge, done];
};
