import { createSandbox, type Sandbox, type SandboxOptions } from './create-sandbox.ts';
import { describeSandbox } from './describe-sandbox.ts';
import type { Listening } from './listen.ts';

const defaultPort = 4010;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Reads a variable of the environment; blank counts as unset. */
const readWholeNumber = (name: string, { from = 0, to }: { from?: number; to: number }): number | undefined => {
  const value = process.env[name] ?? '';
  if (value === '') return undefined;
  const number = /^\d{1,7}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw new RangeError(`${name} must be a whole number from ${from} to ${to}.`);
};

/** How large the first workspace is, and how slow its Topo. What is not set has the default of `createSandbox`. */
const readOptions = (): SandboxOptions => {
  const options = {
    taskCount: readWholeNumber('SANDBOX_TASKS', { to: 1_000_000 }),
    peopleCount: readWholeNumber('SANDBOX_PEOPLE', { from: 2, to: 1_000 }),
    contactCount: readWholeNumber('SANDBOX_CONTACTS', { to: 1_000_000 }),
    latencyMs: readWholeNumber('SANDBOX_LATENCY_MS', { to: 60_000 }),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
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
  const port = readWholeNumber('SANDBOX_PORT', { to: 65_535 }) ?? defaultPort;
  const sandbox = createSandbox(readOptions());
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
