import express, { type Express, type RequestHandler } from 'express';
import type { Identify } from '../call-topo.ts';
import type { TargetCheck } from '../hook-target.ts';
import type { Log } from '../log.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Store } from '../store/store.ts';
import { answerError } from './answer-error.ts';
import { createAuthenticate } from './authenticate.ts';
import { HttpError } from './http-error.ts';
import { createIdentities } from './identities.ts';
import { limitAddresses } from './limit-addresses.ts';
import { limitCalls } from './limit-calls.ts';
import { logRequests } from './log-requests.ts';
import { nameRequest } from './request-id.ts';
import { announceIntents } from './routes/announce-intents.ts';
import { healthz, type Readiness, readyz } from './routes/health.ts';
import { importPeople } from './routes/import-people.ts';
import { listDeliveries } from './routes/list-deliveries.ts';
import { listEvents } from './routes/list-events.ts';
import { listHooks } from './routes/list-hooks.ts';
import { listPeople } from './routes/list-people.ts';
import { namePerson } from './routes/name-person.ts';
import { nudge } from './routes/nudge.ts';
import { recoverHook } from './routes/recover-hook.ts';
import { retryDelivery } from './routes/retry-delivery.ts';
import { settleIntent } from './routes/settle-intent.ts';
import { settleIntents } from './routes/settle-intents.ts';
import { subscribe } from './routes/subscribe.ts';
import { testHook } from './routes/test-hook.ts';
import { unsubscribe } from './routes/unsubscribe.ts';

export type HttpPorts = {
  store: Pick<Store, 'tenant' | 'hookOfSecret'>;
  /** Whether the server is ready, and how far the first readings and the sweeps have come. */
  readiness: () => Promise<Readiness>;
  identify: Identify;
  checkTarget: TargetCheck;
  vault: Vault;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** How many proxies in front of the server are trusted to tell the caller's address. */
  trustedProxies: number;
  log: Log;
};

/** So often may a key announce, settle and nudge in a minute: each lets the detector look at Topo. */
const looksPerMinute = 240;

/** So often may a key ask for deliveries by hand in a minute. */
const sendsPerMinute = 240;

const wantJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') !== false) next();
  else
    next(new HttpError(415, 'unsupported_media_type', 'Send the body as JSON, with “Content-Type: application/json”.'));
};

const readJsonUpTo = (limit: string): RequestHandler[] => [
  wantJson,
  express.json({ limit, inflate: false, type: () => true }),
];

const notFound: RequestHandler = (request, _response, next) => {
  next(
    new HttpError(
      404,
      'not_found',
      `There is no ${request.method} ${request.path} here. See the README for the routes.`,
    ),
  );
};

/** The server's routes, as an Express application that is not listening yet. */
export const createHttp = ({
  store,
  readiness,
  identify,
  checkTarget,
  vault,
  clock,
  trustedProxies,
  log,
}: HttpPorts): Express => {
  const identities = createIdentities(identify, vault, clock);
  const authenticate = createAuthenticate(identities, vault, store.tenant);
  const readJson = readJsonUpTo('100kb');
  const readPeople = readJsonUpTo('500kb');
  const limitLooks = limitCalls(vault, looksPerMinute);
  const limitSends = limitCalls(vault, sendsPerMinute);

  const http = express();
  http.disable('x-powered-by');
  http.disable('etag');
  http.set('trust proxy', trustedProxies);
  http.set('query parser', 'simple');

  http.use(nameRequest);
  http.get('/healthz', healthz);
  http.get('/readyz', readyz(readiness));
  http.use(logRequests(log));
  http.use(limitAddresses(identities));

  http.post('/hooks', readJson, subscribe({ authenticate, checkTarget, vault, clock }));
  http.get('/hooks', listHooks({ authenticate, vault, clock }));
  http.delete('/hooks/:hookId', unsubscribe({ authenticate, vault, store }));
  http.get('/hooks/:hookId/deliveries', listDeliveries({ authenticate }));
  http.post('/deliveries/:deliveryId/retry', limitSends, retryDelivery({ authenticate }));
  http.post('/hooks/:hookId/recover', limitSends, readJson, recoverHook({ authenticate }));
  http.post('/hooks/:hookId/test', limitSends, testHook({ authenticate, clock }));
  http.get('/events', listEvents({ authenticate }));
  http.post('/intents', limitLooks, readJson, announceIntents({ authenticate }));
  http.patch('/intents', limitLooks, readJson, settleIntents({ authenticate }));
  http.patch('/intents/:intentId', limitLooks, readJson, settleIntent({ authenticate }));
  http.post('/nudges', limitLooks, nudge({ authenticate }));
  http.get('/people', listPeople({ authenticate }));
  http.put('/people/:user_id', readJson, namePerson({ authenticate }));
  http.post('/people/import', readPeople, importPeople({ authenticate }));

  http.use(notFound);
  http.use(answerError(log));
  return http;
};
