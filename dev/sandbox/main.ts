import { createSandbox, type Sandbox } from './create-sandbox.ts';
import { describeSandbox } from './describe-sandbox.ts';
import type { Listening } from './listen.ts';

const defaultPort = 4010;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const readPort = (value: string | undefined): number => {
  if (value === undefined || value === '') return defaultPort;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port <= 65_535) return port;
  throw new RangeError('SANDBOX_PORT must be a whole number from 0 to 65535.');
};

const listenOnFreePort = async (sandbox: Sandbox, port: number): Promise<Listening> => {
  try {
    return await sandbox.listen({ port });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    say(`Port ${port} is taken, so the sandbox takes a free one.\n`);
    return sandbox.listen();
  }
};

const start = async (): Promise<void> => {
  const port = readPort(process.env['SANDBOX_PORT']);
  const sandbox = createSandbox();
  const { url, close } = await listenOnFreePort(sandbox, port);
  say(describeSandbox(sandbox, url));
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
};

try {
  await start();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
