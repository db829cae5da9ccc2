import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Loop, startLoop } from '../local-loop/start-loop.ts';
import { freePort } from '../local-server/free-port.ts';
import { createZaps, type Zaps } from './create-zaps.ts';
import { formatRun } from './format-run.ts';
import { lifeStages, preparationStages } from './life-stages.ts';
import { changesOf, planLife } from './plan-life.ts';
import { printInstructions } from './print-instructions.ts';
import type { Printer } from './printer.ts';
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

const stopInOrder = async (loop: Loop, zaps: Zaps, { line }: Printer): Promise<void> => {
  const on = Object.values(zaps).filter(({ isOn }) => isOn);
  if (on.length > 0) line('\nStopping the Zaps, the webhook server, Zapier and Topo.');
  try {
    for (const zap of on) await zap.turnOff();
  } finally {
    await loop.close();
  }
};

/**
 * Shows how Zaps hear of what happens to a task in Topo, and stops everything in order at the end.
 *
 * @throws Error that names the stage that failed, or says that `isOnce` was interrupted.
 */
export const showDemo = async ({ isOnce, printer, interrupted, atExit }: DemoOptions): Promise<void> => {
  printer.title('Topo, the webhook server and Zapier on this machine: Zaps hear what becomes of a task.');
  const loop = await start(printer);
  atExit(() => killServer(loop));

  let phase: 'stages' | 'staying' | 'ending' = 'stages';
  const zaps = createZaps(loop, {
    onRun: (zapName, run) => {
      if (phase === 'staying') printer.stage(zapName, formatRun(run));
    },
    onFailedRun: (zapName, { error }) => printer.stage('A run failed', `${zapName}: ${error}`),
  });

  const completed = (name: string, detail: string) => {
    if (phase === 'stages') printer.stage(name, detail);
  };

  const showOnce = async (): Promise<'shown'> => {
    const life = planLife(loop);
    await runStages([...preparationStages(loop, zaps), ...lifeStages(loop, zaps, life)], completed);
    if (isOnce) await runStages(shutdownStages(loop, zaps, changesOf(life)), completed);
    return 'shown';
  };

  try {
    const outcome = await Promise.race([showOnce(), interrupted]);
    if (isOnce && outcome === 'interrupted') throw new Error('It was interrupted.');
    if (!isOnce && outcome === 'shown') {
      printInstructions(loop, printer);
      phase = 'staying';
      await interrupted;
    }
  } finally {
    phase = 'ending';
    await stopInOrder(loop, zaps, printer);
  }
};
