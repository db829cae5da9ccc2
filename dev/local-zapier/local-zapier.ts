import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { builtFile } from '../local-server/built-file.ts';
import { createLambda } from './lambda.ts';
import { createRunMethod, type RunMethod } from './run-method.ts';
import { type Catcher, createZap, type FailedRun, type TriggeredRun, type Zap } from './zap.ts';
import { type CacheOwner, createZapCache } from './zap-cache.ts';
import { type Connection, createConnection } from './zapier-connection.ts';
import { createZapierHttp } from './zapier-http.ts';

export type LocalZapierOptions = {
  /** Port 0, the default, means any free one. */
  port?: number;
  /** The app to run; by default the built one. */
  appUrl?: URL;
  /** The clock for `ttl` and for the times of posts and runs. */
  now?: () => Date;
};

export type ZapOptions = {
  name: string;
  connection: Connection;
  trigger: string;
  inputData?: Record<string, unknown>;
  /** Called when a run starts; the run lasts until the returned promise resolves. */
  onRun?: (run: TriggeredRun) => void | Promise<void>;
  /** Called for every POST for which `perform` threw. */
  onFailedRun?: (run: FailedRun) => void;
};

/** A Zapier on this machine that runs the real app. */
export type LocalZapier = {
  readonly url: string;
  /** `127.0.0.1:port`: what HOOK_ALLOWED_HOSTS needs. */
  readonly host: string;
  /** What core has logged, one JSON text a line: every request of the app, with secrets censored. */
  readonly logs: readonly string[];
  /** Sets the app's environment variables, as `zapier-platform env:set` does. */
  setEnvironment(variables: Record<string, string>): void;
  /** Connects an account; by default each belongs to another Zapier user. */
  connect(authData: Record<string, string>, userId?: string): Connection;
  createZap(options: ZapOptions): Zap;
  /** Runs any method of the app. */
  run: RunMethod;
  /** Resolves when no run is in progress. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

const host = '127.0.0.1';

const drawNumber = (): string => String(randomBytes(6).readUIntBE(0, 6));

type Listening = { port: number; close: () => Promise<void> };

const listen = (server: ReturnType<typeof createServer>, port: number): Promise<Listening> =>
  new Promise((resolve, reject) => {
    // A sender may reuse an idle connection just when it times out, so ours outlasts theirs.
    server.keepAliveTimeout = 75_000;
    const close = () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : port, close });
    });
  });

/** Starts listening; rejects with node's own error, such as `EADDRINUSE`. */
export const startLocalZapier = async (options: LocalZapierOptions = {}): Promise<LocalZapier> => {
  const { port = 0, appUrl = builtFile('index.js'), now = () => new Date() } = options;
  const catchers = new Map<string, Catcher>();
  const owners = new Map<string, CacheOwner>();
  const logs: string[] = [];
  const app = createZapierHttp({
    catchers,
    owners,
    cache: createZapCache(() => now().getTime()),
    drawId: randomUUID,
    logged: (line) => logs.push(line),
  });
  const listening = await listen(createServer(app), port);
  const url = `http://${host}:${listening.port}`;

  let environment: Record<string, string> = {};
  const lambda = createLambda({ appUrl, loggingUrl: `${url}/logs` });
  const installation = { lambda, rpcUrl: `${url}/rpc`, environment: () => environment };
  const run = createRunMethod(installation);

  const connect = (authData: Record<string, string>, userId = drawNumber()): Connection => {
    const owner = { userId, connectionId: drawNumber() };
    const token = randomUUID();
    owners.set(token, owner);
    return createConnection({ owner, token, authData, run, installation });
  };

  const idle = async () => {
    await Promise.all([...catchers.values()].map((catcher) => catcher.idle()));
  };

  return {
    url,
    host: `${host}:${listening.port}`,
    logs,
    setEnvironment: (variables) => {
      environment = { ...environment, ...variables };
    },
    connect,
    createZap: ({ name, connection, trigger, inputData = {}, onRun = () => {}, onFailedRun = () => {} }) => {
      const drawTarget = () => {
        const path = `/hooks/standard/${connection.userId}/${randomBytes(16).toString('hex')}/`;
        catchers.set(path, catcher);
        return { url: `${url}${path}`, path };
      };
      const { zap, catcher } = createZap({
        name,
        connection,
        trigger,
        inputData,
        run,
        now,
        drawTarget,
        onRun,
        onFailedRun,
      });
      return zap;
    },
    run,
    idle,
    close: async () => {
      await idle();
      await lambda.close();
      await listening.close();
    },
  };
};
