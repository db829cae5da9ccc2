import { getSequence } from '../../topo/get-sequence.ts';
import type { PollClaim, WorkStore } from '../store/work-store.ts';
import type { BudgetedCall, PollEnd } from './budgeted-call.ts';

export type LookUpPorts = {
  store: Pick<WorkStore, 'sequencesToLookUp' | 'recordSequences'>;
  callTopo: BudgetedCall;
  leaseMs: number;
};

/** Look up at most this many sequence runs in one poll. */
const maxLookUps = 50;

/**
 * Looks up the templates of sequence runs whose changes wait for them, because a hook filters by template. A run that
 * Topo does not know, or that the key may not read, counts as one without a template.
 *
 * @returns why the poll ends here, or null.
 */
export const lookUpSequences = async (
  { organizationId, lease }: Pick<PollClaim, 'organizationId' | 'lease'>,
  { store, callTopo, leaseMs }: LookUpPorts,
): Promise<PollEnd | null> => {
  for (const sequenceId of await store.sequencesToLookUp(organizationId, maxLookUps)) {
    const called = await callTopo.orNull(getSequence(sequenceId));
    const requestedAtMs = callTopo.requestedAtMs();
    if (called.kind === 'stop') {
      const hasFailed = called.end.result === 'failed';
      const lookUp = { organizationId, lease, sequences: [], hasFailed, requestedAtMs };
      if (hasFailed) await store.recordSequences(lookUp, { leaseMs });
      return called.end;
    }
    const sequences = [{ sequenceId, templateId: called.answer?.sequence_template_id ?? null }];
    await store.recordSequences({ organizationId, lease, sequences, hasFailed: false, requestedAtMs }, { leaseMs });
  }
  return null;
};
