import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createSandbox, type SandboxOptions } from '../../dev/sandbox/create-sandbox.ts';
import { createDashboard } from '../../webhook-server/dashboard/create-dashboard.ts';
import type { StreamTimes } from '../../webhook-server/dashboard/pages/events-stream.tsx';
import { createTargetCheck, readAllowedHost } from '../../webhook-server/hook-target.ts';
import { createKeyCache } from '../../webhook-server/http/authentication/key-cache.ts';
import { createHttp } from '../../webhook-server/http/create-http.ts';
import { defaultLimits, type HttpLimits } from '../../webhook-server/http/limits.ts';
import { type ClientTimeouts, listen } from '../../webhook-server/http/listen.ts';
import type { MetricsPorts } from '../../webhook-server/http/routes/metrics.ts';
import type { Log } from '../../webhook-server/log.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createVault, type Vault } from '../../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import { holdAnswer } from './hold-answer.ts';
import { keepLog } from './keep-log.ts';
import { routesOf } from './routes-of.ts';
import { tempFolder } from './temp-folder.ts';

type OpenStore = (clock: () => number) => Promise<Store>;

const openSqlite: OpenStore = async (clock) => createSqliteStore(join(tempFolder(), 'store.sqlite'), clock);

const usualHosts = ['hooks.zapier.com', '127.0.0.1:4020'].flatMap((entry) => readAllowedHost(entry) ?? []);

type Options = {
  sandbox?: SandboxOptions;
  openStore?: OpenStore;
  /** Another Topo than the sandbox, to ask about keys. */
  topoUrl?: string;
  allowedHosts?: Parameters<typeof createTargetCheck>[0];
  limits?: Partial<HttpLimits>;
  maxConnections?: number;
  keepAliveMs?: number;
  trustedProxies?: number;
  clientTimeouts?: ClientTimeouts;
  /** What `/metrics` answers to whoever has the key of the workspace; without it there is no such route. */
  scrape?: MetricsPorts['scrape'];
  vault?: Vault;
  publicUrl?: string;
  operatorToken?: string;
  streamTimes?: StreamTimes;
  log?: Log;
};

/** The server's routes over a real store and a sandbox, on a clock that the test moves. */
export const startHttp = async ({
  openStore = openSqlite,
  sandbox: sandboxOptions = {},
  topoUrl,
  allowedHosts = usualHosts,
  limits = {},
  maxConnections = 2_000,
  keepAliveMs = 80_000,
  trustedProxies = 0,
  clientTimeouts,
  scrape,
  vault = createVault(Buffer.alloc(32, 1)),
  publicUrl,
  operatorToken,
  streamTimes,
  log: givenLog,
}: Options = {}) => {
  let nowMs = Date.parse('2026-03-02T09:00:00Z');
  const stopping = new AbortController();
  const sandbox = createSandbox(sandboxOptions);
  const topo = await sandbox.listen();
  const store = await openStore(() => nowMs);
  const kept = keepLog();
  const log = givenLog ?? kept;
  const keyCache = createKeyCache(createTopoClient(topoUrl ?? topo.url).identify, () => nowMs);
  const http = createHttp({
    findContacts: async () => undefined,
    // Nobody reads Topo here: waiting would change nothing.
    wait: async () => undefined,
    store,
    readiness: async () => ({ isReady: true, readings: await store.work.progress() }),
    metrics: scrape && { scrape, token: new Secret(sandbox.workspaces[0].keys.full) },
    dashboard: createDashboard({
      operator: operatorToken === undefined ? undefined : { token: new Secret(operatorToken), store: store.operator },
      requestsPerMinute: 60,
      onEvents: (listener) => store.work.onWork('events', listener),
      stopping: stopping.signal,
      ...(streamTimes === undefined ? {} : { streamTimes }),
      bodyKilobytes: limits.bodyKilobytes ?? defaultLimits.bodyKilobytes,
      vault,
      clock: () => nowMs,
      publicUrl,
      log,
    }),
    keyCache,
    checkTarget: createTargetCheck(allowedHosts),
    vault,
    clock: () => nowMs,
    monotonicClock: () => nowMs,
    trustedProxies,
    limits: { ...defaultLimits, ...limits },
    log,
  });
  const server = await listen(http, { host: '127.0.0.1', port: 0, maxConnections, keepAliveMs }, clientTimeouts);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** Calls a route; a body that is no text is sent as JSON. */
  const call = async (
    method: string,
    path: string,
    token?: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    holdAnswer(method, path, { status: response.status, type: response.headers.get('content-type'), text });
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    };
  };

  return {
    sandbox,
    store,
    vault,
    keyCache,
    log: kept,
    url,
    call,
    /** Each route but the pages, such as `get /hooks/{}`. */
    routes: () => routesOf(http),
    /** How many connections are open. */
    connections: () =>
      new Promise<number>((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    keys: sandbox.workspaces[0].keys,
    foreignKey: sandbox.workspaces[1].keys.full,
    organizationId: sandbox.workspaces[0].organizationId,
    nowMs: () => nowMs,
    passTime(ms: number) {
      nowMs += ms;
    },
    /** Ends what stays open, as the server does when it stops. */
    endStreams: () => stopping.abort(),
    async close() {
      stopping.abort();
      server.close();
      server.closeAllConnections();
      await store.close();
      await topo.close();
    },
  };
};
