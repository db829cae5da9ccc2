import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../local-server/wait-until.ts';
import { drawInteger } from '../sandbox/random.ts';
import type { Change, InFlight } from './ledger.ts';
import type { Setup } from './set-up.ts';

/** What was in flight, and how long no Zap heard of a change, from the kill of the database on. */
export type FailedOver = { inFlight: InFlight[]; silenceMs: number };

const hearWithinMs = 120_000;

const keyOf = ({ taskId, updatedAt }: Change): string => `${taskId} ${updatedAt}`;

/** Returns what waits until a Zap has heard of a change that was made since. */
const listenForLater = ({ sandbox, receiver, zapPosts }: Setup): (() => Promise<void>) => {
  const changesBefore = sandbox.changes.length;
  const [countedBefore, zapBefore] = [receiver.posts.length, zapPosts().length];
  const hears = (): boolean => {
    const later = new Set(sandbox.changes.entries.slice(changesBefore).map(keyOf));
    const posts = [...receiver.posts.slice(countedBefore), ...zapPosts().slice(zapBefore)];
    return posts.some(({ isAccepted, change }) => isAccepted && later.has(keyOf(change)));
  };
  return () => waitUntil('Zaps hear of changes', hears, { withinMs: hearWithinMs });
};

/**
 * Lets another database take the place of the one that is killed, under load.
 *
 * @throws Error when Zaps do not hear of changes again that were made since.
 */
export const failOver = async (setup: Setup, say: (text: string) => void): Promise<FailedOver> => {
  const { fleet, faults, random } = setup;
  if (fleet.failOver === undefined) throw new Error('This database has no standby.');
  await fleet.failOver.prepare();
  // What a killed server held may have to run out first, and servers rest when Topo fails: no matter of the database.
  const resumeFaults = faults.pause();
  await listenForLater(setup)();
  await delay(drawInteger(random, 0, 2_000));

  const untilHeard = listenForLater(setup);
  const killedAt = performance.now();
  const sinceKillMs = () => Math.round(performance.now() - killedAt);
  const inFlight = await fleet.failOver.run();
  const switchedMs = sinceKillMs();
  await untilHeard();
  const silenceMs = sinceKillMs();
  resumeFaults();
  say(`the standby took over after ${switchedMs} ms; Zaps hear of changes again ${silenceMs} ms after the kill`);
  return { inFlight, silenceMs };
};
