import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Loop, startLoop } from '../local-loop/start-loop.ts';
import { freePort } from '../local-server/free-port.ts';
import type { FailedRun, Run, Zap } from '../local-zapier/zap.ts';
import { tellRun } from './format-reassignment.ts';
import { invite } from './print-instructions.ts';
import type { Narrator } from './printer.ts';
import { wayThere } from './reassignment-stages.ts';
import { passStations } from './run-stages.ts';
import { wayBack } from './shutdown-stages.ts';

export type DemoOptions = {
  /** Goes the way there and back once, instead of staying up until it is interrupted. */
  isOnce: boolean;
  narrator: Narrator;
  /** Resolves when somebody wants the demo to end. */
  interrupted: Promise<'interrupted'>;
  /** What to run when the program ends otherwise than in order. */
  atExit: (clean: () => void) => void;
};

const preferredPorts = { Topo: 4010, 'The server': 3000, Zapier: 4020 } as const;

const tellStart =
  ({ passed, note }: Narrator) =>
  (part: keyof typeof preferredPorts, url: string): void => {
    const port = Number(new URL(url).port);
    passed(`${part} is up`, url);
    if (port !== preferredPorts[part]) note(`Port ${preferredPorts[part]} is in use, so it took ${port}.`);
  };

/** Two demos at a time have two ports, so neither wipes the folder of the other. */
const emptyFolder = (serverPort: number): string => {
  const folder = resolve('.data', 'local-zap', String(serverPort));
  rmSync(folder, { recursive: true, force: true });
  return folder;
};

const start = async (narrator: Narrator): Promise<Loop> => {
  const server = await freePort(preferredPorts['The server']);
  return startLoop({
    ports: { topo: preferredPorts.Topo, server, zapier: preferredPorts.Zapier },
    dataFolder: emptyFolder(server),
    started: tellStart(narrator),
  });
};

const killServer = ({ server: { processId } }: Loop): void => {
  if (processId !== undefined) process.kill(processId, 'SIGKILL');
};

const stopInOrder = async (loop: Loop, zap: Zap, { say }: Narrator): Promise<void> => {
  if (zap.isOn) say('\nStopping the Zap, the webhook server, Zapier and Topo.');
  try {
    await zap.turnOff();
  } finally {
    await loop.close();
  }
};

/**
 * Shows a reassignment going all the way round, and stops everything in order at the end.
 *
 * @throws Error naming the station that was not reached, or saying that the one time was interrupted.
 */
export const showDemo = async ({ isOnce, narrator, interrupted, atExit }: DemoOptions): Promise<void> => {
  narrator.title('A reassignment goes all the way round, on this machine alone.');
  const loop = await start(narrator);
  atExit(() => killServer(loop));

  let isStaying = false;
  const heard = (run: Run) => {
    if (isStaying) narrator.passed('The Zap heard it', tellRun(loop, run));
  };
  const failed = ({ error }: FailedRun) => narrator.passed('A run has failed', String(error));
  const { connection, zapier } = loop;
  const zap = zapier.createZap({ name: 'Tell the new owner', connection, trigger: 'task_reassigned', heard, failed });

  const showOnce = async (): Promise<'shown'> => {
    await passStations(wayThere(loop, zap), narrator.passed);
    if (isOnce) await passStations(wayBack(loop, zap), narrator.passed);
    return 'shown';
  };

  try {
    const outcome = await Promise.race([showOnce(), interrupted]);
    if (isOnce && outcome === 'interrupted') throw new Error('It was interrupted.');
    if (!isOnce && outcome === 'shown') {
      invite(loop, narrator);
      isStaying = true;
      await interrupted;
    }
  } finally {
    isStaying = false;
    await stopInOrder(loop, zap, narrator);
  }
};
