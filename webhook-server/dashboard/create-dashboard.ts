import { Router } from 'express';
import type { CreateDashboard } from '../http/dashboard-port.ts';
import { HttpError } from '../http/errors/http-error.ts';
import { addressOf } from '../http/rate-limits/address-of.ts';
import { limitPerMinute } from '../http/rate-limits/limit-per-minute.ts';
import type { Log } from '../log.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type { OperatorStore } from '../store/operator-store.ts';
import { serveAsset } from './assets.ts';
import { handlePageError } from './handle-page-error.tsx';
import { setPageHeaders } from './page-headers.ts';
import { showEvents } from './pages/events.tsx';
import { type StreamTimes, streamEvents, usualStreamTimes } from './pages/events-stream.tsx';
import { showHealth } from './pages/health.tsx';
import { showOperator } from './pages/operator.tsx';
import { retryOperatorDelivery, showOperatorDeliveries } from './pages/operator-deliveries.tsx';
import { showOperatorHooks } from './pages/operator-hooks.tsx';
import { showOperatorSignIn, signInOperator, signOutOperator } from './pages/operator-sign-in.tsx';
import { changePerson, removePerson, showPeople } from './pages/people.tsx';
import { importList, previewImport, showImport } from './pages/people-import.tsx';
import { sendAgain, showSendAgain } from './pages/send-again.tsx';
import { showSignIn, signIn, signOut, takeKey } from './pages/sign-in.tsx';
import { downloadWhoToWhom, showWhoToWhom } from './pages/who-to-whom.tsx';
import { sendAgainFromWhy, showWhy } from './pages/why.tsx';
import { readFormUpTo } from './read-form.ts';
import { refuseForeign } from './refuse-foreign.ts';
import { createOperatorSession } from './session/operator-session.ts';
import { readSession, requireSession } from './session/require-session.ts';
import { createSessionCookie } from './session/session-cookie.ts';

type Ports = {
  /** Without it nobody is the operator. */
  operator?: { token: Secret; store: OperatorStore } | undefined;
  /** How often the server may ask Topo about one workspace. */
  requestsPerMinute: number;
  /** The largest body; an import of people may be five times as large. */
  bodyKilobytes: number;
  /** Calls the listener whenever there may be new events. */
  onEvents: (listener: () => void) => void;
  /** The server stops: what is open ends. */
  stopping: AbortSignal;
  streamTimes?: StreamTimes;
  vault: Vault;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** `PUBLIC_URL`, without a slash at its end. */
  publicUrl: string | undefined;
  log: Log;
};

/** From one address. The token is too long to guess; this keeps the log quiet. */
const operatorSignInsPerMinute = 10;

/**
 * The pages, all directly under `/dashboard/`, so that every address in them is relative. What reads is a GET and changes
 * nothing; what changes is a form.
 */
export const createDashboard =
  ({
    operator,
    requestsPerMinute,
    bodyKilobytes,
    onEvents,
    stopping,
    streamTimes = usualStreamTimes,
    vault,
    clock,
    publicUrl,
    log,
  }: Ports): CreateDashboard =>
  ({ authenticate, withKey, guards, limitManualDeliveries, inTurn }) => {
    const cookie = createSessionCookie('topo_session', { vault, clock, publicUrl });
    const hasOperator = operator !== undefined;
    const readForm = readFormUpTo(8);
    // Letters outside ASCII take six characters or more in a form.
    const readList = readFormUpTo(bodyKilobytes * 5 * 3);
    const limitOperatorSignIns = limitPerMinute({
      max: operatorSignInsPerMinute,
      excess: 'Too many tokens came from this address.',
      keyOf: addressOf,
    });

    const dashboard = Router({ strict: true });
    dashboard.use(setPageHeaders);
    dashboard.get('/assets/:name', serveAsset);
    dashboard.use(refuseForeign(publicUrl));
    // The key is in the body here, so a small one is read before its caller is known.
    dashboard.post('/sign-in', readForm, takeKey(vault), guards, inTurn(signIn({ authenticate, cookie })));
    if (operator !== undefined) {
      const operatorCookie = createSessionCookie('topo_operator', { vault, clock, publicUrl });
      const session = createOperatorSession(operatorCookie, vault, operator.token);
      dashboard.get('/operator-sign-in', showOperatorSignIn);
      dashboard.post(
        '/operator-sign-in',
        limitOperatorSignIns,
        readForm,
        signInOperator({ session, cookie: operatorCookie }),
      );
      dashboard.post('/operator-sign-out', signOutOperator(operatorCookie));
      dashboard.get('/operator', session.require, showOperator(operator.store));
      dashboard.get('/operator-hooks', session.require, showOperatorHooks(operator.store));
      dashboard.get('/operator-deliveries', session.require, showOperatorDeliveries(operator.store));
      dashboard.post('/operator-deliveries', session.require, readForm, retryOperatorDelivery(operator.store));
    }
    dashboard.use(readSession(cookie, vault));
    dashboard.use(guards);
    dashboard.get('/sign-in', showSignIn({ hasOperator }));
    dashboard.post('/sign-out', signOut(cookie));
    dashboard.get('/', (request, response) => response.redirect(303, `${request.baseUrl}/health`));

    dashboard.get('/health', requireSession, inTurn(showHealth({ authenticate, requestsPerMinute })));

    dashboard.get('/events', requireSession, inTurn(showEvents({ authenticate })));
    dashboard.get(
      '/events-stream',
      requireSession,
      // It stays open, and takes nobody's turn.
      streamEvents({
        authenticate,
        onEvents,
        isSignedIn: (request) => cookie.read(request) !== undefined,
        stopping,
        times: streamTimes,
      }),
    );
    dashboard.get('/why', requireSession, inTurn(showWhy({ authenticate, vault, clock })));
    dashboard.post('/why', withKey, limitManualDeliveries, readForm, inTurn(sendAgainFromWhy({ authenticate })));
    dashboard.get('/send-again', requireSession, inTurn(showSendAgain({ authenticate, vault, clock })));
    dashboard.post('/send-again', withKey, limitManualDeliveries, readForm, inTurn(sendAgain({ authenticate, clock })));
    dashboard.get('/who-to-whom', requireSession, inTurn(showWhoToWhom({ authenticate, clock })));
    dashboard.get('/who-to-whom.csv', requireSession, inTurn(downloadWhoToWhom({ authenticate, clock })));
    dashboard.get('/people', requireSession, inTurn(showPeople({ authenticate, clock })));
    dashboard.post('/people', withKey, readForm, inTurn(changePerson({ authenticate })));
    dashboard.post('/people-remove', withKey, readForm, inTurn(removePerson({ authenticate })));
    dashboard.get('/people-import', requireSession, inTurn(showImport({ authenticate })));
    dashboard.post('/people-preview', withKey, readList, inTurn(previewImport({ authenticate })));
    dashboard.post('/people-import', withKey, readList, inTurn(importList({ authenticate })));

    dashboard.use((_request, _response, next) => {
      next(new HttpError(404, 'not_found', 'This address leads nowhere. The navigation has all pages.'));
    });
    dashboard.use(handlePageError({ cookie, hasOperator, log }));
    return dashboard;
  };
