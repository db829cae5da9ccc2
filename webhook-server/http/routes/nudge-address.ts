import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { nudgeTokenAad } from '../../seals/associated-data.ts';
import { sealNudgeToken } from '../../seals/seal-nudge-token.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { StoredNudgeAddress } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';

type Ports = { authenticate: Authenticate; vault: Vault };

/** The path that a nudge goes to: whoever knows it may nudge the workspace, and do nothing else. */
const viewOf = (vault: Vault, organizationId: string, { sealedToken, createdAtMs }: StoredNudgeAddress) => ({
  path: `/nudges/${vault.open(sealedToken, nudgeTokenAad(organizationId)).reveal()}`,
  created_at: new Date(createdAtMs).toISOString(),
});

/** `GET /nudge-address`: `{ path, created_at }`, or 404 while the workspace has none. */
export const showNudgeAddress =
  ({ authenticate, vault }: Ports): RequestHandler =>
  async (request, response) => {
    const { organizationId, store } = await authenticate(request, 'tasks:write');
    const address = await store.nudgeAddress();
    if (address === undefined) {
      throw new HttpError(404, 'not_found', 'This workspace has no nudge address. POST /nudge-address makes one.');
    }
    response.json(viewOf(vault, organizationId, address));
  };

/** `POST /nudge-address`: 201 with a new address, in the place of the one before. */
export const replaceNudgeAddress =
  ({ authenticate, vault }: Ports): RequestHandler =>
  async (request, response) => {
    const { organizationId, store } = await authenticate(request, 'tasks:write');
    const token = new Secret(`ndg_${randomBytes(32).toString('base64url')}`);
    const address = await store.replaceNudgeAddress(sealNudgeToken(vault, organizationId, token));
    response.status(201).json(viewOf(vault, organizationId, address));
  };

/** `DELETE /nudge-address`: 204, also when there is none. */
export const removeNudgeAddress =
  ({ authenticate }: Pick<Ports, 'authenticate'>): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    await store.removeNudgeAddress();
    response.status(204).end();
  };
