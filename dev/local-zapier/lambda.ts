import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../local-server/built-file.ts';
import type { AppEvent } from './app-event.ts';
import { AppFault } from './app-fault.ts';
import { isRecord } from './is-record.ts';

/** The process that runs the app, one event at a time, as a lambda of Zapier does. */
export type Lambda = {
  /** Returns the method's result. Throws an `AppFault` when the method throws. */
  run(event: AppEvent): Promise<unknown>;
  /** Waits for the event in progress, and stops. */
  close(): Promise<void>;
};

type LambdaOptions = {
  appUrl: URL;
  /** Where core posts its logs. By default that is Zapier, and nothing may leave this machine. */
  loggingUrl: string;
  /** Zapier stops every call at 30 s. */
  timeLimitMs?: number;
};

type Started = { child: ChildProcess; output: () => string };

const outputKept = 20_000;

const start = ({ appUrl, loggingUrl }: LambdaOptions): Started => {
  const child = fork(fileURLToPath(builtFile('dev/local-zapier/lambda-main.js')), [appUrl.href], {
    env: { LOGGING_ENDPOINT: loggingUrl },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (chunk: unknown) => {
    output = `${output}${String(chunk)}`.slice(-outputKept);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { child, output: () => output };
};

const read = (answer: unknown): unknown => {
  if (!isRecord(answer)) throw new TypeError('The app process sent neither results nor an error.');
  const { error, results } = answer;
  if (isRecord(error)) throw new AppFault(String(error['name']), String(error['message']));
  return results;
};

const ask = ({ child, output }: Started, event: AppEvent, timeLimitMs: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer);
      child.off('message', answered);
      child.off('exit', exited);
      end();
    };
    const answered = (answer: unknown) => settle(() => resolve(answer));
    const exited = () => settle(() => reject(new Error(`The app process ended by itself.\n${output()}`)));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle(() => reject(new AppFault('TimeoutError', `The app did not answer within ${timeLimitMs / 1000} s.`)));
    }, timeLimitMs);
    child.on('message', answered);
    child.on('exit', exited);
    child.send(event);
  });

const isAlive = ({ child }: Started): boolean => child.connected && child.exitCode === null && !child.killed;

const stop = async ({ child }: Started): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await exited;
  clearTimeout(timer);
};

/**
 * Creates a lambda. Its process starts with the first event, and again after a crash or a time-out. The app needs a
 * process of its own because core patches `http`, `fetch` and `process.env`.
 */
export const createLambda = (options: LambdaOptions): Lambda => {
  const { timeLimitMs = 30_000 } = options;
  let started: Started | undefined;
  let lastEvent: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const runNow = async (event: AppEvent): Promise<unknown> => {
    if (isClosed) throw new Error('This Zapier is closed.');
    if (started === undefined || !isAlive(started)) started = start(options);
    return read(await ask(started, event, timeLimitMs));
  };

  return {
    run: (event) => {
      const outcome = lastEvent.then(() => runNow(event));
      lastEvent = outcome.catch(() => undefined);
      return outcome;
    },
    close: async () => {
      isClosed = true;
      await lastEvent;
      if (started !== undefined) await stop(started);
    },
  };
};
