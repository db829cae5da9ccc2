import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';
import { runCommand } from './run-command.ts';

const interruption = new AbortController();

const tell = (text: string): void => {
  process.stderr.write(text);
};

// npm passes a terminal's Ctrl-C on a second time, which must not interrupt giving back: only the first signal counts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (!interruption.signal.aborted) tell('\nInterrupted. Please wait until everything is given back.\n');
    interruption.abort();
  });
}

const confirm = async (question: string): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While a line is read, Ctrl-C goes to the reader and not to the process.
  terminal.on('SIGINT', () => interruption.abort());
  // At the end of the input the question would never be answered.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(question, { signal: interruption.signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
};

const exitCode = await runCommand(
  { args: process.argv.slice(2), environment: process.env },
  {
    print: (text) => process.stdout.write(text),
    tell,
    confirm: process.stdin.isTTY ? confirm : undefined,
    wait: (ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal }),
    clock: () => performance.now(),
    interruption: interruption.signal,
    width: process.stdout.columns ?? 132,
  },
);
process.exitCode = exitCode;
