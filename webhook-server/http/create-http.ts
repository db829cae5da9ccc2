import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { TargetCheck } from '../hook-target.ts';
import type { Log } from '../log.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Store } from '../store/store.ts';
import { createAuthenticate, requireKey, requireKeyOrSecret } from './authentication/authenticate.ts';
import { readCredential } from './authentication/credential.ts';
import type { KeyCache } from './authentication/key-cache.ts';
import { createKnownKeys } from './authentication/known-keys.ts';
import { recognizeCaller } from './authentication/recognize-caller.ts';
import type { Wait } from './catch-up.ts';
import type { CreateDashboard } from './dashboard-port.ts';
import { discardBodyUpTo } from './discard-body.ts';
import { handleError } from './errors/handle-error.ts';
import { HttpError } from './errors/http-error.ts';
import type { HttpLimits } from './limits.ts';
import { logRequests } from './log-requests.ts';
import { readJsonOrCsvUpTo } from './parse-csv-body.ts';
import { readJsonUpTo } from './parse-json-body.ts';
import { addressOf } from './rate-limits/address-of.ts';
import { limitPerAddress } from './rate-limits/limit-per-address.ts';
import { limitPerKey } from './rate-limits/limit-per-key.ts';
import { limitPerMinute } from './rate-limits/limit-per-minute.ts';
import { limitPerWorkspace } from './rate-limits/limit-per-workspace.ts';
import { takeTurns } from './rate-limits/take-turns.ts';
import { warnOfProxy } from './rate-limits/warn-of-proxy.ts';
import { refuseUnusual } from './refuse-unusual.ts';
import { assignRequestId } from './request-id.ts';
import { announceIntents } from './routes/announce-intents.ts';
import { choosePerson } from './routes/choose-person.ts';
import { countTasks } from './routes/count-tasks.ts';
import { forgetPerson } from './routes/forget-person.ts';
import { forgetWorkspace } from './routes/forget-workspace.ts';
import { healthz, type Readiness, readyz } from './routes/health.ts';
import { importPeople } from './routes/import-people.ts';
import { listDeliveries } from './routes/list-deliveries.ts';
import { listEvents } from './routes/list-events.ts';
import { listHooks } from './routes/list-hooks.ts';
import { listPeople } from './routes/list-people.ts';
import { listReadings } from './routes/list-readings.ts';
import { type FindContacts, listTasks } from './routes/list-tasks.ts';
import { type MetricsPorts, metrics } from './routes/metrics.ts';
import { nameHook } from './routes/name-hook.ts';
import { namePerson } from './routes/name-person.ts';
import { nudge } from './routes/nudge.ts';
import { removeNudgeAddress, replaceNudgeAddress, showNudgeAddress } from './routes/nudge-address.ts';
import { nudgeFromOutside } from './routes/nudge-from-outside.ts';
import { openApi } from './routes/openapi.ts';
import { recoverHook } from './routes/recover-hook.ts';
import { retryDelivery } from './routes/retry-delivery.ts';
import { searchDeliveries } from './routes/search-deliveries.ts';
import { settleChoice } from './routes/settle-choice.ts';
import { settleIntent } from './routes/settle-intent.ts';
import { settleIntents } from './routes/settle-intents.ts';
import { showDelivery } from './routes/show-delivery.ts';
import { showEvent } from './routes/show-event.ts';
import { subscribe } from './routes/subscribe.ts';
import { testHook } from './routes/test-hook.ts';
import { unsubscribe } from './routes/unsubscribe.ts';

export type HttpPorts = {
  store: Pick<Store, 'tenant' | 'hookOfSecret' | 'organizationOfNudge' | 'keyHashes'>;
  /** Whether the server is ready, and the progress of baselines and reconciliations. */
  readiness: () => Promise<Readiness>;
  /** Without it there is no such route. */
  metrics?: MetricsPorts | undefined;
  /** Without it there are no pages. */
  dashboard?: CreateDashboard | undefined;
  keyCache: KeyCache;
  checkTarget: TargetCheck;
  /** Counts calls that end a hook which is not there. */
  countUnknownHook?: (() => void) | undefined;
  findContacts: FindContacts;
  wait: Wait;
  vault: Vault;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Milliseconds from any start; never goes back. */
  monotonicClock: () => number;
  /** How many proxies in front of the server are trusted to give the caller's address. */
  trustedProxies: number;
  limits: HttpLimits;
  log: Log;
};

/** Responses hold secrets and people's names. */
const forbidCaching: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store');
  next();
};

const notFound: RequestHandler = (_request, _response, next) => {
  next(new HttpError(404, 'not_found', 'There is no such route here. See docs/api.md for the routes.'));
};

/** The server's middleware and routes, as an Express application that does not listen yet. */
export const createHttp = ({
  store,
  readiness,
  metrics: metricsPorts,
  dashboard,
  keyCache,
  checkTarget,
  countUnknownHook = () => {},
  findContacts,
  wait,
  vault,
  clock,
  monotonicClock,
  trustedProxies,
  limits,
  log,
}: HttpPorts): Express => {
  const authenticate = createAuthenticate(keyCache, vault, store.tenant);
  const isKnownKey = createKnownKeys(store.keyHashes, monotonicClock);
  const inTurn = takeTurns(keyCache, limits);
  const guards = [
    recognizeCaller({ keyCache, isKnownKey, store }),
    ...limitPerAddress(keyCache, limits),
    limitPerWorkspace(keyCache, limits.requestsPerMinute),
  ];

  // Nothing of a body is read before its caller is known.
  const withKey = requireKey(keyCache);
  const withKeyOrSecret = requireKeyOrSecret(keyCache);
  const readJson = readJsonUpTo(limits.bodyKilobytes);
  const readPeople = readJsonOrCsvUpTo(limits.bodyKilobytes * 5);
  const limitReadiness = limitPerMinute({
    max: limits.unauthenticatedPerMinute,
    excess: 'Too many calls came from this address.',
    keyOf: addressOf,
  });
  const onUnknownHook = (hookId: string): void => {
    countUnknownHook();
    // Anything else may be a secret in the wrong place.
    log.info({ hookId: /^hok_[\w-]{1,64}$/.test(hookId) ? hookId : '…' }, 'a Zap ended a hook that is not known here');
  };
  const limitWakeUps = limitPerKey(limits.wakeUpsPerMinute);
  const limitManualDeliveries = limitPerKey(limits.manualDeliveriesPerMinute);

  const http = express();
  http.disable('x-powered-by');
  http.disable('etag');
  http.set('trust proxy', trustedProxies);
  http.set('query parser', 'simple');

  http.use(assignRequestId);
  http.use(helmet());
  http.use(forbidCaching);
  http.use(discardBodyUpTo(limits.bodyKilobytes * 5 * 1024));
  http.use(refuseUnusual);
  http.get('/healthz', healthz);
  http.get('/readyz', limitReadiness, readyz(readiness, monotonicClock));
  http.get('/openapi.json', limitReadiness, openApi());
  if (metricsPorts !== undefined) http.get('/metrics', metrics(metricsPorts));
  http.use(logRequests(log));
  http.use(warnOfProxy(trustedProxies, log));
  http.post('/nudges/:token', nudgeFromOutside({ store, vault, max: limits.wakeUpsPerMinute }));
  if (dashboard !== undefined)
    http.use('/dashboard', dashboard({ authenticate, withKey, guards, limitManualDeliveries, inTurn }));
  http.use(readCredential(vault));
  http.use(guards);

  http.post('/hooks', withKey, readJson, inTurn(subscribe({ authenticate, checkTarget, vault, clock })));
  http.get('/hooks', withKey, inTurn(listHooks({ authenticate, vault, clock, log })));
  http.patch('/hooks/:hookId', withKey, readJson, inTurn(nameHook({ authenticate, vault, clock })));
  http.delete('/hooks/:hookId', withKeyOrSecret, inTurn(unsubscribe({ authenticate, store, onUnknownHook })));
  http.get('/hooks/:hookId/deliveries', withKey, inTurn(listDeliveries({ authenticate })));
  http.get('/deliveries', withKey, inTurn(searchDeliveries({ authenticate })));
  http.get('/deliveries/:deliveryId', withKey, inTurn(showDelivery({ authenticate })));
  http.get('/readings', withKey, inTurn(listReadings({ authenticate, clock })));
  http.post('/deliveries/:deliveryId/retry', withKey, limitManualDeliveries, inTurn(retryDelivery({ authenticate })));
  http.post('/hooks/:hookId/recover', withKey, limitManualDeliveries, readJson, inTurn(recoverHook({ authenticate })));
  http.post('/hooks/:hookId/test', withKey, limitManualDeliveries, inTurn(testHook({ authenticate, clock })));
  http.get('/events', withKey, inTurn(listEvents({ authenticate })));
  http.get('/events/:eventId', withKey, inTurn(showEvent({ authenticate })));
  http.get('/tasks', withKey, inTurn(listTasks({ authenticate, findContacts, wait })));
  http.get('/tasks/counts', withKey, inTurn(countTasks({ authenticate })));
  http.delete('/workspace', withKey, inTurn(forgetWorkspace({ authenticate })));
  http.post('/intents', withKey, limitWakeUps, readJson, inTurn(announceIntents({ authenticate })));
  http.patch('/intents', withKey, limitWakeUps, readJson, inTurn(settleIntents({ authenticate })));
  http.patch('/intents/:intentId', withKey, limitWakeUps, readJson, inTurn(settleIntent({ authenticate })));
  http.post('/choices', withKey, readJson, inTurn(choosePerson({ authenticate, wait })));
  http.patch('/choices/:choiceId', withKey, readJson, inTurn(settleChoice({ authenticate })));
  http.post('/nudges', withKey, limitWakeUps, inTurn(nudge({ authenticate })));
  http.get('/nudge-address', withKey, inTurn(showNudgeAddress({ authenticate, vault })));
  http.post('/nudge-address', withKey, limitWakeUps, inTurn(replaceNudgeAddress({ authenticate, vault })));
  http.delete('/nudge-address', withKey, limitWakeUps, inTurn(removeNudgeAddress({ authenticate })));
  http.get('/people', withKey, inTurn(listPeople({ authenticate, clock })));
  http.put('/people/:user_id', withKey, readJson, inTurn(namePerson({ authenticate, clock })));
  http.delete('/people/:user_id', withKey, inTurn(forgetPerson({ authenticate })));
  http.post('/people/import', withKey, readPeople, inTurn(importPeople({ authenticate })));

  http.use(notFound);
  http.use(handleError(log));
  return http;
};
