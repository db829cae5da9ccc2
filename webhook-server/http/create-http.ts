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
import { logRequests } from './log-requests.ts';
import { nameRequest } from './request-id.ts';
import { healthz, readyz } from './routes/health.ts';
import { listEvents } from './routes/list-events.ts';
import { listHooks } from './routes/list-hooks.ts';
import { subscribe } from './routes/subscribe.ts';
import { unsubscribe } from './routes/unsubscribe.ts';

export type HttpPorts = {
  store: Pick<Store, 'tenant' | 'hookOfSecret'>;
  isReady: () => Promise<boolean>;
  identify: Identify;
  checkTarget: TargetCheck;
  vault: Vault;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** How many proxies in front of the server are trusted to tell the caller's address. */
  trustedProxies: number;
  log: Log;
};

const mostBody = '100kb';

const wantJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') !== false) next();
  else
    next(new HttpError(415, 'unsupported_media_type', 'Send the body as JSON, with “Content-Type: application/json”.'));
};

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
  isReady,
  identify,
  checkTarget,
  vault,
  clock,
  trustedProxies,
  log,
}: HttpPorts): Express => {
  const identities = createIdentities(identify, vault, clock);
  const authenticate = createAuthenticate(identities, vault, store.tenant);
  const readJson = [wantJson, express.json({ limit: mostBody, inflate: false, type: () => true })];

  const http = express();
  http.disable('x-powered-by');
  http.disable('etag');
  http.set('trust proxy', trustedProxies);
  http.set('query parser', 'simple');

  http.use(nameRequest);
  http.get('/healthz', healthz);
  http.get('/readyz', readyz(isReady));
  http.use(logRequests(log));
  http.use(limitAddresses(identities));

  http.post('/hooks', readJson, subscribe({ authenticate, checkTarget, vault, clock }));
  http.get('/hooks', listHooks({ authenticate, vault, clock }));
  http.delete('/hooks/:hookId', unsubscribe({ authenticate, vault, store }));
  http.get('/events', listEvents({ authenticate }));

  http.use(notFound);
  http.use(answerError(log));
  return http;
};
