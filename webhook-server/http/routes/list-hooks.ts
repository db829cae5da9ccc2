import type { RequestHandler } from 'express';
import type { Vault } from '../../secrets/vault.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { hookView } from '../views/hook-view.ts';

type Ports = { authenticate: Authenticate; vault: Vault; clock: () => number };

/** `GET /hooks`: the hooks of the caller's workspace, also those that have ended, newest first. */
export const listHooks =
  ({ authenticate, vault, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const hooks = await store.hooks();
    response.json({ items: hooks.map((hook) => hookView(hook, vault, clock())) });
  };
