/** How many polls may run at once, and how many of them may read on after their first page. */
export type PollPlaces = {
  count(): number;
  /** The rest is kept for polls of one page. */
  goingOn(): number;
  /** Notes an answer of Topo: how long it took, and whether it was a refusal for the pace (429) or a failure. */
  answered(tookMs: number, isTrouble: boolean): void;
  /** Notes that so many polls run, and whether more were due than there were places. */
  claimed(running: number, isFull: boolean): void;
};

/** Begin with so many, and never have fewer. */
const fewest = 8;

/** Look at what was noted, and grow or shrink, this often. */
const everyMs = 1_000;

/** One workspace in trouble must not slow down the others, so it takes so many answers to shrink. */
const enoughAnswers = 8;
const mostTrouble = 0.25;

/** Answers that take this many times as long as usual say that there are enough polls. */
const slowFactor = 2;

/** What is usual adapts to a Topo that stays slower. */
const usualGrowth = 1.1;

type Noted = { answers: number; troubles: number; tookMs: number; running: number; isFull: boolean };

const nothing: Noted = { answers: 0, troubles: 0, tookMs: 0, running: 0, isFull: false };

/**
 * Places for polls: twice as many each second while more workspaces are due than there are places; half as many when
 * Topo refuses or fails a quarter of the calls, or when most places stay free. While answers take twice as long as usual
 * nothing grows.
 *
 * @param most the most polls at once.
 * @param clock milliseconds, from any start; never goes back.
 */
export const createPollPlaces = (most: number, clock: () => number): PollPlaces => {
  const least = Math.min(most, fewest);
  let places = least;
  let noted = nothing;
  let sinceMs = clock();
  let usualMs: number | undefined;

  const isSlow = (): boolean => {
    if (noted.answers === 0) return false;
    const tookMs = noted.tookMs / noted.answers;
    const before = usualMs ?? tookMs;
    usualMs = Math.min(tookMs, before * usualGrowth);
    return tookMs > before * slowFactor;
  };

  const adapt = (): void => {
    if (clock() - sinceMs < everyMs) return;
    const slow = isSlow();
    const isInTrouble = noted.answers >= enoughAnswers && noted.troubles > noted.answers * mostTrouble;
    if (isInTrouble || noted.running < places / 4) places = Math.max(least, Math.floor(places / 2));
    else if (noted.isFull && !slow) places = Math.min(most, places * 2);
    noted = nothing;
    sinceMs = clock();
  };

  return {
    count: () => places,
    goingOn: () => Math.max(1, Math.floor(places / 2)),
    answered(tookMs, isTrouble) {
      const { answers, troubles, tookMs: sum } = noted;
      noted = { ...noted, answers: answers + 1, troubles: troubles + Number(isTrouble), tookMs: sum + tookMs };
      adapt();
    },
    claimed(running, isFull) {
      noted = { ...noted, running: Math.max(noted.running, running), isFull: noted.isFull || isFull };
      adapt();
    },
  };
};
