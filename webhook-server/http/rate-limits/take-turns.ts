import type { Request, RequestHandler } from 'express';
import { credentialOf } from '../authentication/credential.ts';
import type { KeyCache } from '../authentication/key-cache.ts';
import { HttpError } from '../errors/http-error.ts';
import type { HttpLimits } from '../limits.ts';
import { whenOver } from '../when-over.ts';

type Turns = { running: number; waiting: Set<() => void> };

/** @returns a wrapper for the handlers of routes. */
type TakeTurns = (handler: RequestHandler) => RequestHandler;

/**
 * Runs only so many calls of one workspace at once, and lets a number of them wait for a while, so that the others find
 * the database free. A call takes part until its handler has ended and its answer has been read: answers that nobody
 * reads stay in memory.
 */
export const takeTurns = (
  keyCache: KeyCache,
  { callsAtOnce, callsWaiting, callWaitMs }: Pick<HttpLimits, 'callsAtOnce' | 'callsWaiting' | 'callWaitMs'>,
): TakeTurns => {
  const turnsOf = new Map<string, Turns>();

  const groupOf = (request: Request): string => {
    const credential = credentialOf(request);
    const identity = credential === undefined ? undefined : keyCache.peek(credential);
    return identity?.kind === 'accepted' ? identity.organizationId : (credential?.hash ?? 'nobody');
  };

  /** Resolves to whether it may run. */
  const wait = ({ waiting }: Turns): Promise<boolean> =>
    new Promise((resolve) => {
      const end = (isTurn: boolean): void => {
        clearTimeout(timer);
        waiting.delete(start);
        resolve(isTurn);
      };
      const start = (): void => end(true);
      const timer = setTimeout(() => end(false), callWaitMs);
      waiting.add(start);
    });

  const begin = async (group: string): Promise<Turns | undefined> => {
    const turns = turnsOf.get(group) ?? { running: 0, waiting: new Set() };
    turnsOf.set(group, turns);
    if (turns.running < callsAtOnce) {
      turns.running += 1;
      return turns;
    }
    if (turns.waiting.size >= callsWaiting) return undefined;
    // Whoever ends hands its place over, so the number of those that run stays the same.
    return (await wait(turns)) ? turns : undefined;
  };

  const end = (group: string, turns: Turns): void => {
    const [next] = turns.waiting;
    if (next !== undefined) {
      next();
      return;
    }
    turns.running -= 1;
    if (turns.running === 0) turnsOf.delete(group);
  };

  return (handler) => async (request, response, next) => {
    const group = groupOf(request);
    const turns = await begin(group);
    if (turns === undefined) {
      throw new HttpError(
        429,
        'rate_limited',
        `A workspace may make ${callsAtOnce} calls at once, and some more wait. Try again in a second.`,
        { retryAfterSeconds: 1 },
      );
    }
    try {
      if (!request.socket.destroyed) await handler(request, response, next);
    } finally {
      whenOver(request, response, () => end(group, turns));
    }
  };
};
