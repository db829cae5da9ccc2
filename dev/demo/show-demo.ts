import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Loop, startLoop } from '../local-loop/start-loop.ts';
import { freePort } from '../local-server/free-port.ts';
import type { FailedRun, TriggeredRun, Zap } from '../local-zapier/zap.ts';
import { formatRun } from './format-reassignment.ts';
import { printInstructions } from './print-instructions.ts';
import type { Printer } from './printer.ts';
import { reassignmentStages } from './reassignment-stages.ts';
import { runStages } from './run-stages.ts';
import { shutdownStages } from './shutdown-stages.ts';

export type DemoOptions = {
  /** Runs all stages once and ends, instead of staying up until it is interrupted. */
  isOnce: boolean;
  printer: Printer;
  /** Resolves when somebody wants the demonstration to end. */
  interrupted: Promise<'interrupted'>;
  /** What to run when the program ends early. */
  atExit: (clean: () => void) => void;
};

const preferredPorts = { Topo: 4010, 'The server': 3000, Zapier: 4020 } as const;

const printStart =
  ({ stage, note }: Printer) =>
  (part: keyof typeof preferredPorts, url: string): void => {
    const port = Number(new URL(url).port);
    stage(`${part} is up`, url);
    if (port !== preferredPorts[part]) note(`Port ${preferredPorts[part]} is in use, so it took ${port}.`);
  };

/** Two demonstrations at a time have different ports, so neither empties the folder of the other. */
const emptyFolder = (serverPort: number): string => {
  const folder = resolve('.data', 'demo', String(serverPort));
  rmSync(folder, { recursive: true, force: true });
  return folder;
};

const start = async (printer: Printer): Promise<Loop> => {
  const server = await freePort(preferredPorts['The server']);
  return startLoop({
    ports: { topo: preferredPorts.Topo, server, zapier: preferredPorts.Zapier },
    dataFolder: emptyFolder(server),
    started: printStart(printer),
  });
};

const killServer = ({ server: { processId } }: Loop): void => {
  if (processId !== undefined) process.kill(processId, 'SIGKILL');
};

const stopInOrder = async (loop: Loop, zap: Zap, { line }: Printer): Promise<void> => {
  if (zap.isOn) line('\nStopping the Zap, the webhook server, Zapier and Topo.');
  try {
    await zap.turnOff();
  } finally {
    await loop.close();
  }
};

/**
 * Shows how a reassignment in Topo reaches a Zap, and stops everything in order at the end.
 *
 * @throws Error that names the stage that failed, or says that `isOnce` was interrupted.
 */
export const showDemo = async ({ isOnce, printer, interrupted, atExit }: DemoOptions): Promise<void> => {
  printer.title('Topo, the webhook server and Zapier on this machine: a task is reassigned, and a Zap hears of it.');
  const loop = await start(printer);
  atExit(() => killServer(loop));

  let isStaying = false;
  const onRun = (run: TriggeredRun) => {
    if (isStaying) printer.stage('The Zap heard it', formatRun(loop, run));
  };
  const onFailedRun = ({ error }: FailedRun) => printer.stage('A run failed', String(error));
  const { connection, zapier } = loop;
  const zap = zapier.createZap({
    name: 'Tell the new owner',
    connection,
    trigger: 'task_reassigned',
    onRun,
    onFailedRun,
  });

  const showOnce = async (): Promise<'shown'> => {
    await runStages(reassignmentStages(loop, zap), printer.stage);
    if (isOnce) await runStages(shutdownStages(loop, zap), printer.stage);
    return 'shown';
  };

  try {
    const outcome = await Promise.race([showOnce(), interrupted]);
    if (isOnce && outcome === 'interrupted') throw new Error('It was interrupted.');
    if (!isOnce && outcome === 'shown') {
      printInstructions(loop, printer);
      isStaying = true;
      await interrupted;
    }
  } finally {
    isStaying = false;
    await stopInOrder(loop, zap, printer);
  }
};
