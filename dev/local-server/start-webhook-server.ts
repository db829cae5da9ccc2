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
  /** Preferred; without it any free one. */
  port?: number;
  /** More of the server's variables, such as `POLL_INTERVAL_MS`, instead of the short ones that are used here. */
  environment?: Record<string, string>;
};

/** The real webhook server, built, as a process of its own. It keeps its port and its folder through every start. */
export type WebhookServer = {
  readonly url: string;
  /** The number of the process that runs now; undefined when none does. */
  readonly processId: number | undefined;
  /** Everything that its processes have written to stdout and stderr. */
  readonly output: string;
  /** Starts it again after `stop` or `kill`; resolves when it is ready. */
  start(): Promise<void>;
  /** Asks it to stop (SIGTERM) and waits until it has. Throws when it did not end by itself with code 0. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL), as a power cut would. */
  kill(): Promise<void>;
};

const readyWithinMs = 20_000;

// The server gives what is under way 16 s to end.
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
    // All of its variables: none of the shell's, which might name the real Topo or another database.
    env: {
      ...quickPolling,
      DATA_DIR: options.dataFolder,
      PORT: String(port),
      TOPO_API_URL: options.topoApiUrl,
      HOOK_ALLOWED_HOSTS: options.hookHost,
      ...options.environment,
    },
    // A group of its own: Ctrl-C in a terminal is for the program that started it, which stops it in order.
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
    // Somebody took the port between the look and the start: the one thing that another attempt mends.
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
