import { forkChild } from './harness/fork-child.ts';
import { readNumber, readNumbers, readText } from './harness/message.ts';

/** A receiver in a process of its own, so that its cost is not the sender's: see `receiver-main.ts`. */
export type ReceiverProcess = {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /**
   * Since the last `take`: the latency of each event sent below `/timed/`, and when each one below `/paged/` arrived, by the
   * clock of this machine. The number of distinct ids since `forget`.
   */
  take(): Promise<{ latenciesMs: number[]; arrivals: { page: number; atMs: number }[]; distinct: number }>;
  forget(): Promise<void>;
  stop(): Promise<void>;
};

/** When it throws, nothing is left running. */
export const startReceiverProcess = async (): Promise<ReceiverProcess> => {
  const child = forkChild('dev/bench/receiver-main.js');
  try {
    const host = readText(await child.ask({ kind: 'place' }), 'host');
    return {
      host,
      async take() {
        const answer = await child.ask({ kind: 'take' });
        const atMs = readNumbers(answer, 'arrivedAtMs');
        return {
          latenciesMs: readNumbers(answer, 'latenciesMs'),
          arrivals: readNumbers(answer, 'arrivedPages').map((page, index) => ({
            page,
            atMs: atMs[index] ?? Number.NaN,
          })),
          distinct: readNumber(answer, 'distinct'),
        };
      },
      async forget() {
        await child.ask({ kind: 'forget' });
      },
      stop: () => child.stop(),
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
};
