/** A stage of the demonstration: `run` returns a detail to print, and throws when the stage fails. */
export type Stage = { name: string; run: () => Promise<string> };

class StageError extends Error {
  override readonly name = 'StageError';

  constructor(stage: string, cause: unknown) {
    super(`“${stage}” was not reached. ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

// Longer than any wait inside a stage, so that the stage itself says what did not happen.
const stageWithinMs = 30_000;

/** Runs the stages in order. Throws an error that names the stage that failed or took longer than 30 s. */
export const runStages = async (
  stages: readonly Stage[],
  completed: (stage: string, detail: string) => void,
): Promise<void> => {
  for (const { name, run } of stages) {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`It took longer than ${stageWithinMs / 1000} s.`)), stageWithinMs);
    });
    try {
      completed(name, await Promise.race([run(), tooLate]));
    } catch (error) {
      throw new StageError(name, error);
    } finally {
      clearTimeout(timer);
    }
  }
};
