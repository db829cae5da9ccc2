import { once } from 'node:events';
import type { Server as HttpServer, RequestListener } from 'node:http';
import { isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import packageJson from '../package.json' with { type: 'json' };
import { createBackups } from './backup/keep-backups.ts';
import { type WrittenBackup, writeBackup } from './backup/write-backup.ts';
import { createCleanUp } from './clean-up.ts';
import type { Config } from './config.ts';
import { type Control, ControlUnavailable, listenControl } from './control/listen-control.ts';
import { createDashboard } from './dashboard/create-dashboard.ts';
import { controlSocketIn, databasePathIn, privateFiles } from './data-files.ts';
import { rampUp } from './delivery/concurrency-ramp.ts';
import { createDelivery } from './delivery/delivery.ts';
import { createRecordAndClaim } from './delivery/record-and-claim.ts';
import { createTransport, type Transport } from './delivery/transport.ts';
import { zapierLimits } from './delivery/zapier-limits.ts';
import { describeStore } from './describe-settings.ts';
import { createDetector } from './detector/detector.ts';
import { onPolls } from './detector/on-polls.ts';
import { enoughBytes, readFreeSpace } from './disk-space.ts';
import { errorCode } from './error-code.ts';
import { createFindContacts } from './find-contacts.ts';
import { findLooseModes } from './find-loose-modes.ts';
import { createTargetCheck, type TargetCheck } from './hook-target.ts';
import { createKeyCache, type KeyCache } from './http/authentication/key-cache.ts';
import { createControl } from './http/create-control.ts';
import { createHttp } from './http/create-http.ts';
import { listen } from './http/listen.ts';
import type { Log } from './log.ts';
import { answerScrapes } from './metrics/answer-scrapes.ts';
import { createMetrics, type Metrics } from './metrics/create-metrics.ts';
import { createNotices } from './notices/create-notices.ts';
import { aliveOf, createReadiness, type Loops } from './readiness.ts';
import { passesKeyCheck, sealKeyCheck, verifyKeyCheck } from './seals/encryption-key-check.ts';
import { hashTopoKey } from './seals/lookup-hashes.ts';
import { reSeal } from './seals/re-seal.ts';
import { type EncryptionKey, EncryptionKeyError, loadEncryptionKey, readKey } from './secrets/encryption-key.ts';
import { createVault, type Vault } from './secrets/vault.ts';
import { createPostgresStore } from './store/postgres/postgres-store.ts';
import { createSqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Store, StoreOutdated } from './store/store.ts';
import type { WorkStore } from './store/work-store.ts';
import { createTopoClient } from './topo-client.ts';
import type { CallTopo, TopoClient } from './topo-port.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

export type Server = {
  /** Where it listens, for example `http://127.0.0.1:3000`. */
  url: string;
  /** Where metrics have a port of their own. */
  metricsUrl: string | undefined;
  /** Resolves when the server must not go on with its database. It answers 503 then, until it is stopped. */
  outdated: Promise<StoreOutdated>;
  /** Accepts no more calls, finishes what is under way within a time limit, and closes the database. */
  stop(): Promise<void>;
};

/** Requests that are being answered may take this long to end. */
const callGraceMs = 5_000;

/** Deliveries under way end by themselves within this time. Polls are aborted: they continue later. */
const deliveryGraceMs = 16_000;

const monotonicClock = (): number => performance.now();

/** PostgreSQL when it is configured, else an SQLite file that only this process uses. */
const createStore = async ({ databaseUrl, dataFolder, quotas, taskUrlTemplate }: Config): Promise<Store> =>
  databaseUrl === undefined
    ? createSqliteStore(databasePathIn(dataFolder), Date.now, quotas, monotonicClock, taskUrlTemplate)
    : createPostgresStore(databaseUrl.reveal(), quotas, monotonicClock, taskUrlTemplate);

/** A pass phrase that was taken for a key goes on opening what it has sealed, and seals nothing new. */
const checkSpelling = async (store: Store, key: EncryptionKey, vault: Vault, log: Log): Promise<void> => {
  if (key.isCanonical) return;
  const { keyCheck } = await store.sealedValues();
  const what = `${key.from} is not written as 64 hexadecimal digits or 44 characters of base64, so it may be a pass phrase`;
  const next = 'Make a key with `openssl rand -hex 32`';
  if (!passesKeyCheck(vault, keyCheck))
    throw new EncryptionKeyError(`${what}, and it has sealed nothing here. ${next}.`);
  log.warn(`${what}. It opens this database. ${next}, and change to it with ENCRYPTION_KEY_OLD.`);
};

/** The first start stores what shows the next one whether the key is still the same. */
const checkKey = async (config: Config, store: Store, vault: Vault, log: Log): Promise<void> => {
  const sealed = sealKeyCheck(vault);
  const stored = await store.keyCheck(sealed);
  verifyKeyCheck(vault, stored);
  if (stored !== sealed) return;
  const variable = config.databaseUrl === undefined ? 'DATA_DIR' : 'DATABASE_URL';
  log.warn(
    { store: describeStore(config) },
    `the database is new and empty; if there was one before, ${variable} names another place now`,
  );
};

const openStore = async (config: Config, key: EncryptionKey, vault: Vault, log: Log): Promise<Store> => {
  const store = await createStore(config);
  try {
    await checkSpelling(store, key, vault, log);
    for (const warning of findLooseModes(config.dataFolder, privateFiles)) log.warn(warning);
    if (config.oldEncryptionKey !== undefined) {
      const oldVault = createVault(readKey(config.oldEncryptionKey, 'ENCRYPTION_KEY_OLD').bytes);
      const { sealed, broken } = await reSeal(store, oldVault, vault);
      if (sealed > 0) log.info({ sealed }, 'everything is sealed with ENCRYPTION_KEY now');
      else log.info('nothing is sealed with ENCRYPTION_KEY_OLD');
      if (broken.length > 0) {
        log.error(
          { broken },
          'some values open with neither key; subscribe these hooks again, or restore a backup with `topo-for-zapier restore`',
        );
      }
    }
    await checkKey(config, store, vault, log);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
};

const urlOf = (listener: HttpServer): string => {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
  return `http://${isIPv6(address.address) ? `[${address.address}]` : address.address}:${address.port}`;
};

const close = async (listener: HttpServer): Promise<void> => {
  const closed = once(listener, 'close');
  listener.close();
  listener.closeIdleConnections();
  await Promise.race([closed, delay(callGraceMs, undefined, { ref: false })]);
  listener.closeAllConnections();
  await closed;
};

type LoopPorts = {
  config: Config;
  store: Store;
  vault: Vault;
  checkTarget: TargetCheck;
  log: Log;
  counts: Metrics['counts'] | undefined;
};

const reconcileIntervalMs = 24 * 3_600_000;

/**
 * Polls begin and end together that would within this time, in milliseconds: a commit costs more than what is in it.
 * `urgent` are those that somebody waits for.
 */
const pollsGatherMs = { usual: 200, urgent: 25 };

type AnswerPorts = { keyCache: KeyCache; vault: Vault; counts: Metrics['counts'] | undefined };

/** Counts what Topo answers. Once Topo refuses a key to the detector, callers with that key are refused at once. */
const reportAnswers =
  ({ call }: TopoClient, { keyCache, vault, counts }: AnswerPorts): CallTopo =>
  async (key, request, signal) => {
    const answer = await call(key, request, signal);
    counts?.topo.answered(answer.kind === 'unchanged' ? 'answered' : answer.kind);
    if (answer.kind === 'refused' && answer.status === 401) keyCache.refuse(hashTopoKey(vault, key));
    return answer;
  };

const startDetecting = (
  { config, store: { work }, vault, log, counts }: LoopPorts,
  call: CallTopo,
  recordPage: WorkStore['recordPage'],
): WorkLoop => {
  const detector = createDetector({
    store: { ...work, recordPage },
    vault,
    call,
    intervals: {
      intervalMs: config.pollIntervalMs,
      idleIntervalMs: config.pollIdleIntervalMs,
      reconcileIntervalMs,
    },
    requestsPerMinute: config.topoRequestsPerMinute,
    mostPolls: config.pollsAtOnce,
    gatherMs: pollsGatherMs,
    keepClosedMs: config.retention.eventMs,
    monotonicClock,
    random: Math.random,
    log,
    counts: counts?.detector,
  });
  const onWork = (listener: () => void) => onPolls(work, listener);
  const rests = { restMs: pollsGatherMs.usual, shortRestMs: pollsGatherMs.urgent };
  return startWorkLoop({ name: 'detector', ...rests, ...detector, onWork }, log, monotonicClock);
};

type Delivering = { loop: WorkLoop; recordPage: WorkStore['recordPage'] };

const startDelivering = (
  { store: { work }, vault, checkTarget, log, counts }: LoopPorts,
  transport: Transport,
): Delivering => {
  const delivery = createDelivery({
    store: work,
    vault,
    checkTarget,
    transport,
    limits: zapierLimits,
    clock: Date.now,
    monotonicClock,
    random: Math.random,
    log,
    counts: counts?.delivery,
  });
  const startedAt = monotonicClock();
  const concurrency = () => rampUp(monotonicClock() - startedAt);
  const onWork = (listener: () => void) => work.onWork('deliver', listener);
  const loop = startWorkLoop({ name: 'delivery', concurrency, ...delivery, onWork }, log, monotonicClock);
  return { loop, recordPage: createRecordAndClaim({ loop, delivery, store: work }) };
};

const startCleaningUp = ({ config, store: { work }, log }: LoopPorts): WorkLoop => {
  const cleanUp = createCleanUp({ store: work, retention: config.retention, log });
  return startWorkLoop(
    { name: 'clean-up', concurrency: () => 1, ...cleanUp, onWork: () => () => {} },
    log,
    monotonicClock,
  );
};

const startBackingUp = (
  { config: { backups: plan }, log }: Pick<LoopPorts, 'config' | 'log'>,
  write: (path: string) => Promise<WrittenBackup>,
): WorkLoop | undefined => {
  if (plan === undefined) return undefined;
  const backups = createBackups({ plan, writeBackup: write, clock: Date.now, log });
  return startWorkLoop(
    { name: 'backups', concurrency: () => 1, ...backups, onWork: () => () => {} },
    log,
    monotonicClock,
  );
};

/** Tells nobody where nobody asked for it. The disk of a PostgreSQL cannot be seen from here. */
const startTelling = ({ config, store: { work }, log }: LoopPorts, { post }: Transport): WorkLoop | undefined => {
  const { noticeTarget, dataFolder, databaseUrl, pollIntervalMs, pollIdleIntervalMs, publicUrl } = config;
  if (noticeTarget === undefined) return undefined;
  const notices = createNotices({
    store: work,
    target: noticeTarget,
    post,
    isDiskAlmostFull: () => databaseUrl === undefined && readFreeSpace(dataFolder).freeBytes < enoughBytes,
    idleIntervalMs: Math.max(pollIntervalMs, pollIdleIntervalMs),
    publicUrl,
    monotonicClock,
    log,
  });
  return startWorkLoop(
    { name: 'notices', concurrency: () => 1, ...notices, onWork: () => () => {} },
    log,
    monotonicClock,
  );
};

/** Without the socket a server serves all the same, and says what is missing. */
const listenToOperator = async (control: RequestListener, config: Config, log: Log): Promise<Control | undefined> => {
  try {
    return await listenControl(control, controlSocketIn(config.dataFolder));
  } catch (error) {
    if (!(error instanceof ControlUnavailable || errorCode(error) !== undefined)) throw error;
    const reason = error instanceof Error ? error.message : undefined;
    // Of several servers on one PostgreSQL and one machine one hears the operator, which is enough.
    const level = config.databaseUrl === undefined ? 'warn' : 'info';
    log[level]({ reason }, 'the command `topo-for-zapier` cannot reach this server');
    return undefined;
  }
};

const wait = (ms: number): Promise<void> => delay(ms, undefined, { ref: false });

/** Metrics cost a little, so there are none unless somebody can read them. */
const measure = (
  { metricsPort, metricsToken, databaseUrl }: Config,
  store: Store,
  loops: () => Loops,
): Metrics | undefined => {
  if (metricsPort === undefined && metricsToken === undefined) return undefined;
  const metrics = createMetrics({
    build: { version: packageJson.version, store: databaseUrl === undefined ? 'sqlite' : 'postgres' },
    loops: () => aliveOf(loops()),
    figures: store.work.figures,
    wait,
    monotonicClock,
  });
  store.onTransaction(metrics.counts.database.ended);
  return metrics;
};

/** Prometheus opens one connection. */
const metricsConnections = { maxConnections: 20, keepAliveMs: 80_000 };

/** Listens for callers, and on this machine for whoever reads metrics if these have a port of their own. */
const listenTo = async (
  http: RequestListener,
  metrics: Metrics | undefined,
  config: Config,
  log: Log,
): Promise<[HttpServer, HttpServer | undefined]> => {
  const listener = await listen(http, config);
  if (metrics === undefined || config.metricsPort === undefined) return [listener, undefined];
  const scrapes = answerScrapes(metrics, (error) => log.error({ error }, 'the metrics cannot be read'));
  try {
    const address = { host: '127.0.0.1', port: config.metricsPort, ...metricsConnections };
    return [listener, await listen(scrapes, address)];
  } catch (error) {
    await close(listener);
    throw error;
  }
};

/**
 * Starts everything: the store, the routes, the detector and the delivery.
 *
 * @throws Error with a sentence for the operator when something cannot be started; nothing is left running then.
 */
export const startServer = async (config: Config, log: Log): Promise<Server> => {
  const key = loadEncryptionKey(config.encryptionKey, config.dataFolder);
  const vault = createVault(key.bytes);
  const store = await openStore(config, key, vault, log);
  store.work.onClockStep((stepMs) => {
    const direction = stepMs < 0 ? 'back' : 'forward';
    log.warn({ stepMs }, `the clock was set ${direction}; what is stored was adapted to it`);
  });
  const topo = createTopoClient(config.topoApiUrl);
  const keyCache = createKeyCache(topo.identify, monotonicClock);
  const checkTarget = createTargetCheck(config.allowedHosts);
  const stopping = new AbortController();
  let loops: Loops = {};
  const metrics = measure(config, store, () => loops);
  const counts = metrics?.counts;

  const http = createHttp({
    store,
    readiness: createReadiness({ store: store.work, loops: () => loops }),
    metrics: metrics && config.metricsToken && { scrape: metrics.scrape, token: config.metricsToken },
    dashboard: createDashboard({
      operator: config.operatorToken && { token: config.operatorToken, store: store.operator },
      requestsPerMinute: config.topoRequestsPerMinute,
      bodyKilobytes: config.limits.bodyKilobytes,
      onEvents: (listener) => store.work.onWork('events', listener),
      stopping: stopping.signal,
      vault,
      clock: Date.now,
      publicUrl: config.publicUrl,
      log,
    }),
    keyCache,
    checkTarget,
    countUnknownHook: counts?.http.endedUnknownHook,
    findContacts: createFindContacts(topo.call),
    wait,
    vault,
    clock: Date.now,
    monotonicClock,
    trustedProxies: config.trustedProxies,
    limits: config.limits,
    log,
  });
  const write = (path: string) => writeBackup(path, store.backUp);
  const control = createControl({ store, writeBackup: write, keyCache, vault, limits: config.limits, log });
  const [listener, metricsListener] = await listenTo(http, metrics, config, log).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });

  const controlListener = await listenToOperator(control, config, log);
  const transport = createTransport();
  const ports = { config, store, vault, checkTarget, log, counts };
  const { loop: delivering, recordPage } = startDelivering(ports, transport);
  const detecting = startDetecting(ports, reportAnswers(topo, { keyCache, vault, counts }), recordPage);
  const cleaningUp = startCleaningUp(ports);
  const backingUp = startBackingUp(ports, write);
  const telling = startTelling(ports, transport);
  loops = {
    detector: detecting,
    delivery: delivering,
    'clean-up': cleaningUp,
    ...(telling === undefined ? {} : { notices: telling }),
  };

  let isOutdated = false;
  const outdated = store.outdated.then((error) => {
    isOutdated = true;
    return error;
  });

  return {
    url: urlOf(listener),
    metricsUrl: metricsListener && `${urlOf(metricsListener)}/metrics`,
    outdated,
    async stop() {
      stopping.abort();
      const stopped = Promise.all([
        detecting.stop(0),
        delivering.stop(deliveryGraceMs),
        cleaningUp.stop(0),
        backingUp?.stop(0),
        controlListener?.close(),
        telling?.stop(0),
      ]);
      // Nobody else may listen here yet: a caller hears 503 rather than nothing while the rest is settled.
      if (isOutdated) await stopped;
      await Promise.all([close(listener), metricsListener && close(metricsListener), stopped]);
      await transport.close();
      await store.close();
    },
  };
};
