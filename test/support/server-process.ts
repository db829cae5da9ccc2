import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll } from '@jest/globals';

const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
});

export const killAfterTests = (child: ChildProcess): void => {
  started.push(child);
};

export type ServerOptions = {
  /** Arguments for Node, before the program. */
  nodeArguments?: readonly string[];
  /** Where its output goes instead of into `printed`: a file. */
  stdout?: number;
  stderr?: number;
  /** Another user than that of the tests, who must be root. */
  uid?: number;
};

/** Starts the built server; `ended` tells its exit code and what it printed. */
export const startServer = (environment: Record<string, string>, options: ServerOptions = {}) => {
  const { nodeArguments = [], stdout = 'pipe', stderr = 'pipe', uid } = options;
  const child = spawn(process.execPath, [...nodeArguments, 'dist/webhook-server/main.js'], {
    // Nothing answers there: no test asks the real Topo.
    env: { PORT: '0', TOPO_API_URL: 'http://127.0.0.1:2/v1', ...environment },
    stdio: ['ignore', stdout, stderr],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  killAfterTests(child);
  let printed = '';
  child.stdout?.on('data', (text) => {
    printed += text;
  });
  child.stderr?.on('data', (text) => {
    printed += text;
  });
  const ended = new Promise<{ code: number | null; printed: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, printed }));
  });
  const url = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /"url":"(http[^"]+)"/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('close', () => reject(new Error(`The server ended: ${printed}`)));
  });
  url.catch(() => {});
  return { child, url, ended, printed: () => printed };
};
