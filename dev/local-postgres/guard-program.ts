import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { DatabaseUser } from './database-user.ts';

type Signal = 'QUIT' | 'TERM' | 'KILL';

/** A program that ends with this process at the latest, and whose folder is removed then. */
export type Guarded = {
  readonly child: ChildProcess;
  /** Sends a signal, by default the usual one, and waits for the end. The folder is kept if it shall be. */
  end(options?: { signal?: Signal; keepsFolder?: boolean }): Promise<void>;
};

export type GuardOptions = {
  folder: string;
  /** The program and its arguments. */
  command: readonly string[];
  user: DatabaseUser;
  /** What ends the program at once. */
  endsBy: Signal;
};

const stopWithinMs = 10_000;

/**
 * Runs the program under a shell that waits for the end of its input. That comes when this process ends, however it
 * ends. Then the shell stops the program and removes its folder, unless it has read another signal and “keep” before.
 */
const underShell = `
exec 3<&0
folder=$1
ends_by=$2
shift 2
"$@" </dev/null 3<&- &
program=$!
{
  read -r signal word <&3
  kill -"\${signal:-$ends_by}" "$program"
  if [ "$word" != keep ]; then
    while kill -0 "$program"; do sleep 0.1; done
    rm -rf "$folder"
  fi
} 2>/dev/null &
wait "$program"`;

export const guardProgram = ({ folder, command, user, endsBy }: GuardOptions): Guarded => {
  const child = spawn('sh', ['-c', underShell, 'sh', folder, endsBy, ...command], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
    ...user,
  });
  return {
    child,
    async end({ signal = endsBy, keepsFolder = false } = {}) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin?.end(`${signal} ${keepsFolder ? 'keep' : 'remove'}\n`);
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await exited;
      clearTimeout(timer);
    },
  };
};
