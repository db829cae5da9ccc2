const checkEveryMs = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits until a condition holds.
 *
 * @param what the condition as a sentence, such as “the Zap heard the event”, for the error.
 * @throws Error when the condition does not hold within `withinMs`.
 */
export const waitUntil = async (
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  { withinMs = 60_000 }: { withinMs?: number } = {},
): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`It did not come true within ${withinMs / 1000} s that ${what}.`);
    await pause(checkEveryMs);
  }
};
