import type { RequestHandler } from 'express';
import type { Hook } from '../../../contract/hook.ts';
import type { Log } from '../../log.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { hookView } from '../views/hook-view.ts';

type Ports = { authenticate: Authenticate; vault: Vault; clock: () => number; log: Log };

/** `GET /hooks`: the hooks of the caller's workspace, also those that have ended, newest first. */
export const listHooks = ({ authenticate, vault, clock, log }: Ports): RequestHandler => {
  const reported = new Set<string>();

  /** Logs each hook with a problem once, however often it is listed. */
  const report = ({ id, problem }: Hook): void => {
    if (problem === undefined || reported.has(id)) return;
    reported.add(id);
    log.error({ hookId: id }, problem);
  };

  return async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const hooks = await store.hooks();
    const items = hooks.map((hook) => hookView(hook, vault, clock()));
    for (const item of items) report(item);
    response.json({ items });
  };
};
