import type { RequestHandler } from 'express';
import * as z from 'zod';
import { HookChange } from '../../../contract/hook.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { hookUnavailable } from '../errors/hook-unavailable.ts';
import { parseRequest } from '../validate-request.ts';
import { hookView } from '../views/hook-view.ts';

type Ports = { authenticate: Authenticate; vault: Vault; clock: () => number };

const Params = z.object({ hookId: z.string().max(100) });

/** `PATCH /hooks/:hookId`: gives a hook the name that people know its Zap by. */
export const nameHook =
  ({ authenticate, vault, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { hookId } = parseRequest(Params, request.params);
    const { name } = parseRequest(HookChange, request.body);
    const hook = await store.nameHook(hookId, name);
    if (hook === undefined) throw hookUnavailable('unknown');
    response.json(hookView(hook, vault, clock()));
  };
