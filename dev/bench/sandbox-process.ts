import { type Child, forkChild } from './harness/fork-child.ts';
import { readNumber, readText } from './harness/message.ts';

/** A workspace of Topo, and its full-access key. */
export type TopoPlace = { url: string; organizationId: string; key: string };

/** A sandbox in a process of its own, so that its cost is not the detector's. */
export type SandboxProcess = {
  readonly place: TopoPlace;
  /** Writes all tasks of the workspace into a store, as a first reading would. */
  fillStore(path: string): Promise<void>;
  /** The number of requests answered so far. */
  countRequests(): Promise<number>;
  stop(): Promise<void>;
};

const askForPlace = async (child: Child): Promise<TopoPlace> => {
  const answer = await child.ask({ kind: 'place' });
  return {
    url: readText(answer, 'url'),
    organizationId: readText(answer, 'organizationId'),
    key: readText(answer, 'key'),
  };
};

/** Starts a sandbox whose first workspace has so many tasks. When it throws, nothing is left running. */
export const startSandboxProcess = async (taskCount: number): Promise<SandboxProcess> => {
  const child = forkChild('dev/bench/sandbox-main.js', [String(taskCount)]);
  try {
    const place = await askForPlace(child);
    return {
      place,
      async fillStore(path) {
        await child.ask({ kind: 'fill', path });
      },
      async countRequests() {
        return readNumber(await child.ask({ kind: 'count' }), 'requests');
      },
      stop: () => child.stop(),
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
};
