import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../../local-server/built-file.ts';
import { isRecord } from '../../local-zapier/is-record.ts';
import { type Message, readText } from './message.ts';

/** A process of our own that answers questions: see `serve-parent.ts`. It ends with this process at the latest. */
export type Child = {
  /** Asks a question; the next one may be asked when this one is answered. Throws what went wrong in the process. */
  ask(question: Message): Promise<Message>;
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

/** Forks a built file of ours, with nothing of the shell's environment. */
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
        // A channel that has closed is told by the end of the process.
        child.send(question, () => {});
        const answer = await Promise.race([answered, ended]);
        if (!isRecord(answer)) throw new TypeError('A process answered something else than an object.');
        if (answer['fault'] !== undefined) throw new Error(readText(answer, 'fault'));
        return answer;
      } finally {
        // Whichever did not come first is not waited for any more.
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
