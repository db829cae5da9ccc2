import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { createOutageLog } from '../outage-log.ts';
import { topoKeyAad } from '../seals/associated-data.ts';
import type { Vault } from '../secrets/vault.ts';
import { StoreError, StoreOutdated } from '../store/store.ts';
import type { PollClaim, PollOutcome, WorkStore } from '../store/work-store.ts';
import type { CallTopo } from '../topo-port.ts';
import { createBudgetedCall } from './budgeted-call.ts';
import type { DetectorCounts } from './detector-counts.ts';
import { createLookUpPauses } from './facts/look-up-pauses.ts';
import { createFirstLooks } from './first-looks.ts';
import { hasToLookUp, type Polled, poll } from './poll.ts';
import { createPollEnds } from './poll-ends.ts';
import { backOffMs, type PollIntervals } from './poll-intervals.ts';
import { createPollPlaces } from './poll-places.ts';
import { createUnusableReport } from './report-unusable.ts';
import { createRequestBudget, type RequestBudget } from './request-budget.ts';

export type DetectorPorts = {
  store: WorkStore;
  vault: Vault;
  call: CallTopo;
  intervals: PollIntervals;
  requestsPerMinute: number;
  /** The most polls at once. */
  mostPolls: number;
  /** Polls that end within this time are stored together: `urgent` those that saw a change, as another may follow soon. */
  gatherMs: { usual: number; urgent: number };
  /** Tasks that were closed longer ago than this lose their fields. */
  keepClosedMs: number;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  /** From 0 up to 1. */
  random: () => number;
  log: Log;
  counts?: DetectorCounts | undefined;
};

/** A lease lasts this long after the last page that was stored; a page takes 20 s at most. */
const leaseMs = 60_000;

/** A poll begins no further page after this time, so that big workspaces with slow pages take turns. */
const longestTurnMs = 5_000;

/** Remember of so many workspaces how they were looked at last: some hundred bytes each. */
const mostFirstLooks = 50_000;

/** A poll that the database interrupted, and the end of one that it did not take, are tried again after this. */
const afterStoreErrorMs = 1_000;

/** A postponed poll must not reset the failure count; a limit is a failure like others. */
const resultOf = ({ result }: Polled, { failures }: PollClaim): PollOutcome['result'] => {
  if (result === 'limited') return 'failed';
  if (result !== 'postponed') return result;
  return failures > 0 ? 'failed' : 'done';
};

/** Why a poll did not go well; undefined of one that did. */
const troubleOf = ({ result, reason }: Polled): PollOutcome['trouble'] => {
  switch (result) {
    case 'done':
      return undefined;
    case 'key refused':
      return { reason: 'Topo refuses the key', isLimited: false };
    case 'failed':
      return { reason: reason ?? 'the poll failed', isLimited: false };
    case 'limited':
    case 'postponed':
      return { reason: reason ?? 'the poll was put off', isLimited: true };
  }
};

const report = (log: Log, organizationId: string, { result, reason, nextPollInMs }: Polled): void => {
  const facts = { organizationId, nextPollInMs: Math.round(nextPollInMs), reason };
  if (result === 'done' || result === 'postponed') log.debug(facts, 'workspace polled');
  else if (result === 'failed' || result === 'limited') log.warn(facts, 'the workspace could not be polled');
  else log.error(facts, 'Topo refuses the key of this workspace; it is replaced by the next call with a working one');
};

/** Finds out which tasks were reassigned. `claim` leases the workspaces that are due, `run` polls one and releases it. */
export const createDetector = ({
  store,
  vault,
  call,
  intervals,
  requestsPerMinute,
  mostPolls,
  gatherMs,
  keepClosedMs,
  monotonicClock,
  random,
  log,
  counts,
}: DetectorPorts) => {
  const inFlight = new Set<string>();
  const outage = createOutageLog(log, { work: 'detector' });
  const reportUnusable = createUnusableReport(log);
  const pauses = createLookUpPauses(monotonicClock);
  const firstLooks = createFirstLooks(mostFirstLooks);
  const places = createPollPlaces(mostPolls, monotonicClock);
  const gather = (ms: number) => () => (ms > 0 ? delay(ms) : nextTurn());
  const usualEnds = createPollEnds(store, gather(gatherMs.usual));
  const urgentEnds = createPollEnds(store, gather(gatherMs.urgent));
  /** Those of the workspaces in flight whose poll may read more than its first page. */
  const goingOn = new Set<string>();
  let wasCutOff = false;

  /** Tells the places how Topo answers. */
  const timedCall: CallTopo = async (key, request, signal) => {
    const begunAt = monotonicClock();
    const answer = await call(key, request, signal);
    places.answered(monotonicClock() - begunAt, answer.kind === 'limited' || answer.kind === 'failed');
    return answer;
  };

  /** Takes a place for reading on, if one is free. */
  const goOn = (organizationId: string): boolean => {
    if (goingOn.size < places.goingOn()) goingOn.add(organizationId);
    return goingOn.has(organizationId);
  };

  /** So many places for reading on are given away with a claim: a quarter is for what polls find to be read. */
  const freeToGoOn = (): number => Math.max(1, Math.floor(places.goingOn() * 0.75)) - goingOn.size;

  /** The request budget of one poll, on the database's clock as it stood when the workspace was claimed. */
  const budgetOf = (claim: PollClaim): RequestBudget => {
    const { requestedAtMs, lookedUpAtMs, nowMs } = claim;
    const begunAt = monotonicClock();
    const clock = () => nowMs + monotonicClock() - begunAt;
    return createRequestBudget(requestsPerMinute, requestedAtMs, clock, {
      lookedUpAtMs,
      hasLookUps: hasToLookUp(claim),
    });
  };

  const pollClaimed = async (claim: PollClaim, budget: RequestBudget, signal: AbortSignal): Promise<Polled> => {
    const { organizationId, sealedKey, nowMs, failures } = claim;
    const retryInMs = backOffMs(intervals, failures, random());
    const begunAt = monotonicClock();
    try {
      const key = vault.open(sealedKey, topoKeyAad(organizationId));
      const callTopo = createBudgetedCall({ key, call: timedCall, budget, retryInMs, nowMs, signal });
      return await poll(claim, {
        store,
        callTopo,
        intervals,
        random,
        firstLooks,
        mayGoOn: () => monotonicClock() - begunAt < longestTurnMs && goOn(organizationId),
        reportUnusable,
        pauses,
        monotonicClock,
        leaseMs,
        signal,
        keepClosedMs,
        log,
        counts,
      });
    } catch (error) {
      if (error instanceof StoreError) {
        outage.failed(error, 'a poll could not be stored; trying again');
        const reason = 'the database did not answer';
        return { result: 'postponed', nextPollInMs: afterStoreErrorMs, sawChange: false, reason };
      }
      log.error({ organizationId, error }, 'polling a workspace failed unexpectedly');
      return { result: 'failed', nextPollInMs: retryInMs, sawChange: false };
    }
  };

  /** Gives the workspace back as soon as the database answers: until its lease runs out nobody else can poll it. */
  const release = async (outcome: PollOutcome, signal: AbortSignal): Promise<void> => {
    for (;;) {
      try {
        await (outcome.sawChange ? urgentEnds : usualEnds).finish(outcome);
        outage.recovered();
        return;
      } catch (error) {
        if (signal.aborted || !(error instanceof StoreError) || error instanceof StoreOutdated) throw error;
        outage.failed(error, 'the end of a poll could not be stored; trying again');
        await delay(afterStoreErrorMs, undefined, { signal }).catch(() => undefined);
      }
    }
  };

  const pollAndRelease = async (claim: PollClaim, signal: AbortSignal): Promise<void> => {
    const { organizationId, lease } = claim;
    const budget = budgetOf(claim);
    const polled = await pollClaimed(claim, budget, signal);
    report(log, organizationId, polled);
    counts?.polled({ result: polled.result, budgetUsed: budget.spentAtMs.length / requestsPerMinute });
    const { sawChange, readAtMs } = polled;
    const result = resultOf(polled, claim);
    // The store takes whole milliseconds, and a back-off has a random part.
    const nextPollInMs = Math.round(polled.nextPollInMs);
    const { spentAtMs: requestedAtMs, lookedUpAtMs } = budget;
    const { hasUndecided } = claim;
    const ended = { requestedAtMs, lookedUpAtMs, trouble: troubleOf(polled) };
    await release({ organizationId, lease, result, nextPollInMs, sawChange, readAtMs, hasUndecided, ...ended }, signal);
  };

  return {
    /** How many polls may run at once. */
    concurrency(): number {
      // While every place is taken nothing is claimed, and maybe nothing answered.
      places.claimed(inFlight.size, inFlight.size >= places.count());
      return places.count();
    },

    async claim(limit: number): Promise<PollClaim[]> {
      // What a claim that failed may have leased all the same is claimed again by the next one.
      const cutOff = wasCutOff ? { inFlight: [...inFlight] } : undefined;
      wasCutOff = true;
      const claims = await store.claimPolls({ limit, goingOnLimit: Math.max(0, freeToGoOn()), leaseMs, cutOff });
      wasCutOff = false;
      for (const { organizationId } of claims) inFlight.add(organizationId);
      for (const { organizationId, goesOn } of claims) if (goesOn) goingOn.add(organizationId);
      places.claimed(inFlight.size, claims.length === limit || freeToGoOn() <= 0);
      return claims;
    },

    run: (claim: PollClaim, signal: AbortSignal): Promise<void> =>
      pollAndRelease(claim, signal).finally(() => {
        inFlight.delete(claim.organizationId);
        goingOn.delete(claim.organizationId);
      }),

    msUntilDue: (): Promise<number | undefined> => store.msUntilPoll({ isGoingOnFull: freeToGoOn() <= 0 }),
  };
};
