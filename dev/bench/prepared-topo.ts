import { forkChild } from './harness/fork-child.ts';
import { readNumber, readNumbers, readText } from './harness/message.ts';

/** What a prepared Topo saw. Processor time is its own, and not the server's. */
export type Asked = { gapsMs: number[]; requests: number; tookMs: number; processorMs: number };

/**
 * A Topo in a process of its own that answers with prepared bytes: after 200 ms, and after 3 s where the key says that
 * the workspace is big. It knows whom a key belongs to, gives tasks of usual workspaces to somebody else, and has nothing
 * but tasks.
 */
export type PreparedTopo = {
  readonly url: string;
  /** How many workspaces it was asked about at least so many times, big ones left out. */
  countPolled(times: number): Promise<number>;
  /** Forgets what it saw. */
  begin(): Promise<void>;
  /**
   * The pauses between two requests about the same workspace, big ones left out. A pause that is late and has not ended
   * counts with what it has lasted.
   */
  take(expected: { workspaces: number; lateMs: number }): Promise<Asked>;
  stop(): Promise<void>;
};

export const usualKey = (index: number): string => `topo_usual_${index}`;
export const bigKey = (index: number): string => `topo_big_${index}`;

export const startPreparedTopo = async (): Promise<PreparedTopo> => {
  const child = forkChild('dev/bench/prepared-topo-main.js');
  try {
    const url = readText(await child.ask({ kind: 'place' }), 'url');
    return {
      url,
      async countPolled(times) {
        return readNumber(await child.ask({ kind: 'polled', times }), 'workspaces');
      },
      async begin() {
        await child.ask({ kind: 'begin' });
      },
      async take(expected) {
        const answer = await child.ask({ kind: 'take', ...expected });
        return {
          gapsMs: readNumbers(answer, 'gapsMs'),
          requests: readNumber(answer, 'requests'),
          tookMs: readNumber(answer, 'tookMs'),
          processorMs: readNumber(answer, 'processorMs'),
        };
      },
      stop: () => child.stop(),
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
};
