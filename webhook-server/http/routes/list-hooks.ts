import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Hook, HookPage } from '../../../contract/hook.ts';
import type { Log } from '../../log.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { StoredHook, TenantStore } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { optionalPage, usualLimit } from '../page-query.ts';
import { parseRequest } from '../validate-request.ts';
import { hookView } from '../views/hook-view.ts';
import { writeList } from '../write-list.ts';

type Ports = { authenticate: Authenticate; vault: Vault; clock: () => number; log: Log };

export const Query = z.object({ limit: optionalPage.limit, before: optionalPage.position });

/** The filters of one hook may take 25 kB. */
const hooksPerPiece = 5;

async function* readAll(store: TenantStore): AsyncGenerator<StoredHook[]> {
  let before: StoredHook | undefined;
  do {
    const hooks = await store.hooks({ limit: hooksPerPiece, before });
    yield hooks;
    before = hooks.length < hooksPerPiece ? undefined : hooks.at(-1);
  } while (before !== undefined);
}

const readPage = async (
  store: TenantStore,
  { limit = usualLimit, before }: z.output<typeof Query>,
): Promise<{ hooks: StoredHook[]; hasMore: boolean }> => {
  let last = before === undefined ? undefined : await store.hook(before);
  if (before !== undefined && last === undefined) {
    throw new HttpError(400, 'invalid_request', '“before” names no hook. Send the id of the last hook of a page.', {
      field: 'before',
    });
  }
  const hooks: StoredHook[] = [];
  while (hooks.length <= limit) {
    const piece = await store.hooks({ limit: Math.min(hooksPerPiece, limit + 1 - hooks.length), before: last });
    if (piece.length === 0) break;
    hooks.push(...piece);
    last = piece.at(-1);
  }
  return { hooks: hooks.slice(0, limit), hasMore: hooks.length > limit };
};

/**
 * `GET /hooks`: the hooks of the caller's workspace, also those that have ended, newest first. With `limit` or `before` one
 * page and `has_more`; without them all, read and written piece by piece.
 */
export const listHooks = ({ authenticate, vault, clock, log }: Ports): RequestHandler => {
  const reported = new Set<string>();

  /** Logs each hook with a problem once, however often it is listed. */
  const view = (stored: StoredHook): Hook => {
    const hook = hookView(stored, vault, clock());
    const { id, problem } = hook;
    if (problem !== undefined && !reported.has(id)) {
      reported.add(id);
      log.error({ hookId: id }, problem);
    }
    return hook;
  };

  return async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const query = parseRequest(Query, request.query);
    if (query.limit === undefined && query.before === undefined) {
      const views = async function* () {
        for await (const hooks of readAll(store)) yield hooks.map(view);
      };
      await writeList(response, views());
      return;
    }
    const { hooks, hasMore } = await readPage(store, query);
    const page: HookPage = { items: hooks.map(view), has_more: hasMore };
    response.json(page);
  };
};
