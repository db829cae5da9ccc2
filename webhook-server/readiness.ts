import type { Readiness } from './http/routes/health.ts';
import type { WorkStore } from './store/work-store.ts';
import type { WorkLoop } from './work-loop.ts';

/** The loops of the server, by their names. */
export type Loops = Record<string, Pick<WorkLoop, 'isAlive'>>;

export type ReadinessPorts = {
  store: Pick<WorkStore, 'proveWritable' | 'progress'>;
  /** Empty until they have started. */
  loops: () => Loops;
};

/** Whether each loop goes round. */
export const aliveOf = (loops: Loops): Record<string, boolean> =>
  Object.fromEntries(Object.entries(loops).map(([name, loop]) => [name, loop.isAlive()]));

const loopFaults = (loops: Loops): string[] => {
  const alive = Object.entries(aliveOf(loops));
  if (alive.length === 0) return ['the loops have not started'];
  return alive.filter(([, isAlive]) => !isAlive).map(([name]) => `the loop “${name}” does not run`);
};

/** The server is ready while its loops run and its database can be written, whether or not Topo answers. */
export const createReadiness =
  ({ store, loops }: ReadinessPorts) =>
  async (): Promise<Readiness> => {
    const written = await store
      .proveWritable()
      .then(store.progress)
      .catch(() => undefined);
    const reasons = [...loopFaults(loops()), ...(written === undefined ? ['the database cannot be written'] : [])];
    return written === undefined || reasons.length > 0
      ? { isReady: false, reasons }
      : { isReady: true, readings: written };
  };
