import { coversScope } from '../../../contract/covers-scope.ts';
import type { Log } from '../../log.ts';
import type { FactsToLookUp, PollClaim, WorkStore } from '../../store/work-store.ts';
import type { BudgetedCall, PollEnd } from '../budgeted-call.ts';
import { chooseLookUp, type LookUp, type MayRead } from './choose-look-up.ts';
import { runLookUp } from './look-up.ts';
import type { LookUpPauses } from './look-up-pauses.ts';

export type LookUpPorts = {
  store: Pick<WorkStore, 'factsToLookUp' | 'recordFacts'>;
  callTopo: BudgetedCall;
  pauses: LookUpPauses;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  leaseMs: number;
  log: Log;
};

/** Ask at most this often in one poll. */
const maxLookUps = 50;

/** Begin no further look-up after this time: the next scan waits for this poll to end. */
const maxLookingMs = 2_000;

/** Polls that come for look-ups alone leave Topo this much time. */
const shortestWaitMs = 1_000;

/** `done`: the rest, if there is any, goes on in `againInMs`. `stop`: the poll ends here. */
export type LookUpOutcome = { kind: 'done'; againInMs: number | null } | { kind: 'stop'; end: PollEnd };

const again = (inMs: number): LookUpOutcome => ({ kind: 'done', againInMs: Math.max(shortestWaitMs, inMs) });

/** What the key may read; nothing when nobody has noted it. */
export const mayRead = ({ scopes }: Pick<PollClaim, 'scopes'>): MayRead => ({
  sequences: coversScope(scopes ?? [], 'sequences:read'),
  contacts: coversScope(scopes ?? [], 'contacts:read'),
});

/** A hook that filters by template came with a key that may read sequences, even where nobody noted so. */
const choose = (wanted: FactsToLookUp, { scopes }: Pick<PollClaim, 'scopes'>): LookUp | null => {
  if (scopes !== null || !wanted.asksForTemplates) return chooseLookUp(wanted, mayRead({ scopes }));
  const [id] = wanted.waiting.sequenceIds;
  return id === undefined ? null : { by: 'id', kind: 'sequence', id };
};

/**
 * Looks up what tasks are about: their sequence runs, contacts and templates. What changes wait for comes first, and is
 * told as soon as it is known, or when it cannot be looked up now. A look-up that fails is tried again later; it holds up
 * neither this poll nor the next.
 */
export const lookUpFacts = async (
  claim: Pick<PollClaim, 'organizationId' | 'lease' | 'scopes'>,
  { store, callTopo, pauses, monotonicClock, leaseMs, log }: LookUpPorts,
): Promise<LookUpOutcome> => {
  const { organizationId, lease } = claim;
  const begunAtMs = monotonicClock();

  /** Nothing more is asked now: what waits is told with what is known. */
  const giveUp = async (wanted: FactsToLookUp, outcome: LookUpOutcome): Promise<LookUpOutcome> => {
    if (Object.values(wanted.waiting).some(({ length }) => length > 0)) {
      await store.recordFacts({ organizationId, lease, isOver: true }, { leaseMs });
    }
    return outcome;
  };

  for (let lookUps = 0; ; lookUps += 1) {
    const wanted = await store.factsToLookUp(organizationId);
    const next = choose(wanted, claim);
    if (next === null) return giveUp(wanted, { kind: 'done', againInMs: null });
    const restMs = pauses.msLeft(organizationId);
    if (restMs > 0) return giveUp(wanted, again(restMs));
    if (lookUps >= maxLookUps || monotonicClock() - begunAtMs >= maxLookingMs) return again(0);

    const outcome = await runLookUp(next, callTopo);
    if (outcome.kind === 'stop') return outcome;
    if (outcome.kind === 'wait') return giveUp(wanted, again(outcome.waitMs));
    if (outcome.kind === 'failed') {
      pauses.pause(organizationId, outcome.retryAfterMs);
      log.warn(
        { organizationId, reason: outcome.reason },
        'what a task is about could not be looked up; it is tried again',
      );
      return giveUp(wanted, again(pauses.msLeft(organizationId)));
    }
    pauses.end(organizationId);
    const asked = { requestedAtMs: callTopo.requestedAtMs(), lookedUpAtMs: callTopo.lookedUpAtMs() };
    await store.recordFacts({ organizationId, lease, ...outcome.found, ...asked }, { leaseMs });
  }
};
