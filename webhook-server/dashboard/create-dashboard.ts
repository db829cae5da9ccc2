import { Router } from 'express';
import type { CreateDashboard } from '../http/dashboard-port.ts';
import { HttpError } from '../http/errors/http-error.ts';
import type { Log } from '../log.ts';
import type { Vault } from '../secrets/vault.ts';
import { serveAsset } from './assets.ts';
import { handlePageError } from './handle-page-error.tsx';
import { setPageHeaders } from './page-headers.ts';
import { showHealth } from './pages/health.tsx';
import { showSignIn, signIn, signOut, takeKey } from './pages/sign-in.tsx';
import { readFormUpTo } from './read-form.ts';
import { refuseForeign } from './refuse-foreign.ts';
import { readSession, requireSession } from './session/require-session.ts';
import { createSessionCookie } from './session/session-cookie.ts';

type Ports = {
  vault: Vault;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** `PUBLIC_URL`, without a slash at its end. */
  publicUrl: string | undefined;
  log: Log;
};

/**
 * The pages, all directly under `/dashboard/`, so that every address in them is relative. What reads is a GET and changes
 * nothing; what changes is a form.
 */
export const createDashboard =
  ({ vault, clock, publicUrl, log }: Ports): CreateDashboard =>
  ({ authenticate, guards, inTurn }) => {
    const cookie = createSessionCookie('topo_session', { vault, clock, publicUrl });
    const hasOperator = false;
    const readForm = readFormUpTo(8);

    const dashboard = Router({ strict: true });
    dashboard.use(setPageHeaders);
    dashboard.get('/assets/:name', serveAsset);
    dashboard.use(refuseForeign(publicUrl));
    // The key is in the body here, so a small one is read before its caller is known.
    dashboard.post('/sign-in', readForm, takeKey(vault), guards, inTurn(signIn({ authenticate, cookie })));
    dashboard.use(readSession(cookie, vault));
    dashboard.use(guards);
    dashboard.get('/sign-in', showSignIn({ hasOperator }));
    dashboard.post('/sign-out', signOut(cookie));
    dashboard.get('/', (request, response) => response.redirect(303, `${request.baseUrl}/health`));

    dashboard.get('/health', requireSession, inTurn(showHealth({ authenticate })));

    dashboard.use((_request, _response, next) => {
      next(new HttpError(404, 'not_found', 'This address leads nowhere. The navigation has all pages.'));
    });
    dashboard.use(handlePageError({ cookie, hasOperator, log }));
    return dashboard;
  };
