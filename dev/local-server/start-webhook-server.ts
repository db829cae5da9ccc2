import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { builtFile } from './built-file.ts';
import { freePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';

export type WebhookServerOptions = {
  dataFolder: string;
  topoApiUrl: string;
  /** `host:port` of the catch URLs. */
  hookHost: string;
  /** Preferred; by default any free one. */
  port?: number;
  /** Additional variables, such as `POLL_INTERVAL_MS`; they override the short intervals used here. */
  environment?: Record<string, string>;
};

/** The built webhook server in a process of its own. It keeps its port and its folder across restarts. */
export type WebhookServer = {
  readonly url: string;
  /** The id of the running process; undefined when none runs. */
  readonly processId: number | undefined;
  /** What its processes have written to stdout and stderr. */
  readonly output: string;
  /** Starts it again after `stop` or `kill`; resolves when it is ready. */
  start(): Promise<void>;
  /** Sends SIGTERM and waits for the end. Throws unless it exits on its own with code 0. */
  stop(): Promise<void>;
  /** Kills it at once (SIGKILL), as a crash would. */
  kill(): Promise<void>;
};

const readyWithinMs = 20_000;

// The server itself waits up to 16 s for work in progress.
const stopWithinMs = 25_000;

const quickPolling = { POLL_INTERVAL_MS: '250', POLL_IDLE_INTERVAL_MS: '250', TOPO_REQUESTS_PER_MINUTE: '6000' };

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const answersReady = async (url: string): Promise<boolean> => {
  try {
    const { status } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    return status === 200;
  } catch {
    return false;
  }
};

const spawnServer = (options: WebhookServerOptions, port: number): ChildProcess =>
  spawn(process.execPath, [fileURLToPath(builtFile('webhook-server/main.js'))], {
    // Its complete environment: the shell's might name the real Topo or another database.
    env: {
      ...quickPolling,
      DATA_DIR: options.dataFolder,
      PORT: String(port),
      TOPO_API_URL: options.topoApiUrl,
      HOOK_ALLOWED_HOSTS: options.hookHost,
      ...options.environment,
    },
    // A process group of its own: Ctrl-C must reach only the program that started it, which stops it in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/**
 * Starts the server and resolves when `/readyz` answers 200.
 *
 * @throws Error with what the server wrote, when it does not become ready.
 */
export const startWebhookServer = async (options: WebhookServerOptions): Promise<WebhookServer> => {
  let child: ChildProcess | undefined;
  let output = '';
  let port = await freePort(options.port);
  const url = () => `http://127.0.0.1:${port}`;

  const launch = async (): Promise<void> => {
    const launched = spawnServer(options, port);
    child = launched;
    const keep = (chunk: unknown) => {
      output += String(chunk);
    };
    launched.stdout?.on('data', keep);
    launched.stderr?.on('data', keep);
    await waitUntil(
      'the webhook server was ready',
      async () => {
        if (hasEnded(launched)) throw new Error(`The webhook server ended before it was ready.\n${output}`);
        return answersReady(url());
      },
      { withinMs: readyWithinMs },
    );
  };

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<ChildProcess | undefined> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || hasEnded(ending)) return ending;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    const timer = setTimeout(() => ending.kill('SIGKILL'), stopWithinMs);
    await exited;
    clearTimeout(timer);
    return ending;
  };

  const start = async () => {
    if (child !== undefined && !hasEnded(child)) return;
    try {
      await launch();
    } catch (error) {
      await end('SIGKILL');
      throw error;
    }
  };

  try {
    await start();
  } catch (error) {
    // Another program took the port after we found it free: the one failure that a second attempt cures.
    if (!output.includes('port is in use')) throw error;
    port = await freePort();
    await start();
  }

  return {
    get url() {
      return url();
    },
    get processId() {
      return child === undefined || hasEnded(child) ? undefined : child.pid;
    },
    get output() {
      return output;
    },
    start,
    stop: async () => {
      const ended = await end('SIGTERM');
      if (ended !== undefined && ended.exitCode !== 0) {
        throw new Error(`The webhook server did not stop by itself.\n${output}`);
      }
    },
    kill: async () => {
      await end('SIGKILL');
    },
  };
};
