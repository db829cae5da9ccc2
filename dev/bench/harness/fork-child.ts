import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../../local-server/built-file.ts';
import { isRecord } from '../../local-zapier/is-record.ts';
import { type IpcMessage, readText } from './message.ts';

/** A child process that answers questions, see `serve-parent.ts`. It ends with this process at the latest. */
export type Child = {
  /** Asks one question at a time. Throws the child's error. */
  ask(question: IpcMessage): Promise<IpcMessage>;
  stop(): Promise<void>;
};

const stopWithinMs = 5_000;

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const nextAnswer = async (child: ChildProcess, signal: AbortSignal): Promise<unknown> => {
  const [answer]: unknown[] = await once(child, 'message', { signal });
  return answer;
};

const endOf = async (child: ChildProcess, signal: AbortSignal): Promise<never> => {
  if (!hasEnded(child)) await once(child, 'exit', { signal });
  throw new Error(`A process ended before it answered (${child.exitCode ?? child.signalCode}).`);
};

/** Forks a built file with an empty environment. */
export const forkChild = (path: string, args: readonly string[] = []): Child => {
  const child = fork(fileURLToPath(builtFile(path)), args, {
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

  return {
    async ask(question) {
      const waiting = new AbortController();
      const answered = nextAnswer(child, waiting.signal);
      const ended = endOf(child, waiting.signal);
      try {
        // When the channel is closed, `ended` reports it.
        child.send(question, () => {});
        const answer = await Promise.race([answered, ended]);
        if (!isRecord(answer)) throw new TypeError('A process answered something else than an object.');
        if (answer['fault'] !== undefined) throw new Error(readText(answer, 'fault'));
        return answer;
      } finally {
        // Aborting rejects the promise that lost the race, which nobody awaits any more.
        Promise.allSettled([answered, ended]).catch(() => {});
        waiting.abort();
      }
    },
    async stop() {
      if (hasEnded(child)) return;
      const exited = once(child, 'exit');
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await exited;
      clearTimeout(timer);
    },
  };
};
