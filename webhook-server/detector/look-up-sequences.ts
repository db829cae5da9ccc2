import { getSequence } from '../../topo/get-sequence.ts';
import type { Log } from '../log.ts';
import type { PollClaim, WorkStore } from '../store/work-store.ts';
import type { BudgetedCall, PollEnd } from './budgeted-call.ts';
import type { LookUpPauses } from './look-up-pauses.ts';

export type LookUpPorts = {
  store: Pick<WorkStore, 'sequencesToLookUp' | 'recordSequences'>;
  callTopo: BudgetedCall;
  pauses: LookUpPauses;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  leaseMs: number;
  log: Log;
};

/** Look up at most this many sequence runs in one poll. */
const maxLookUps = 50;

/** Begin no further look-up after this time: the next scan waits for this poll to end. */
const maxLookingMs = 2_000;

/** Polls that come for look-ups alone leave Topo this much time. */
const shortestWaitMs = 1_000;

/** `done`: the rest, if there is any, goes on in `againInMs`. `stop`: the poll ends here. */
export type LookUpOutcome = { kind: 'done'; againInMs: number | null } | { kind: 'stop'; end: PollEnd };

const again = (inMs: number): LookUpOutcome => ({ kind: 'done', againInMs: Math.max(shortestWaitMs, inMs) });

/**
 * Looks up the templates of sequence runs for hooks that filter by template and wait for them. A run that Topo does not
 * know counts as one without a template. A look-up that fails is tried again later; it holds up neither this poll nor the
 * next.
 */
export const lookUpSequences = async (
  { organizationId, lease }: Pick<PollClaim, 'organizationId' | 'lease'>,
  { store, callTopo, pauses, monotonicClock, leaseMs, log }: LookUpPorts,
): Promise<LookUpOutcome> => {
  const sequenceIds = await store.sequencesToLookUp(organizationId, maxLookUps);
  if (sequenceIds.length === 0) return { kind: 'done', againInMs: null };
  const restMs = pauses.msLeft(organizationId);
  if (restMs > 0) return again(restMs);
  const begunAtMs = monotonicClock();
  for (const sequenceId of sequenceIds) {
    if (monotonicClock() - begunAtMs >= maxLookingMs) return again(0);
    const lookedUp = await callTopo.lookUp(getSequence(sequenceId));
    if (lookedUp.kind === 'stop') return lookedUp;
    if (lookedUp.kind === 'wait') return again(lookedUp.waitMs);
    if (lookedUp.kind === 'failed') {
      pauses.pause(organizationId, lookedUp.retryAfterMs);
      log.warn({ organizationId, reason: lookedUp.reason }, 'a template could not be looked up; it is tried again');
      return again(pauses.msLeft(organizationId));
    }
    pauses.end(organizationId);
    const sequences = [{ sequenceId, templateId: lookedUp.answer?.sequence_template_id ?? null }];
    const asked = { requestedAtMs: callTopo.requestedAtMs(), lookedUpAtMs: callTopo.lookedUpAtMs() };
    await store.recordSequences({ organizationId, lease, sequences, ...asked }, { leaseMs });
  }
  return sequenceIds.length < maxLookUps ? { kind: 'done', againInMs: null } : again(0);
};
