import { getSequence } from '../../topo/get-sequence.ts';
import type { PollClaim, WorkStore } from '../store/work-store.ts';
import type { BudgetedCall, PollEnd } from './budgeted-call.ts';

export type LookUpPorts = {
  store: Pick<WorkStore, 'sequencesToLookUp' | 'recordSequences'>;
  ask: BudgetedCall;
  leaseMs: number;
};

/** So many sequence runs are looked up with each poll. */
const mostLookUps = 50;

/**
 * Looks up the template of each sequence run whose changes wait for it, because a hook filters by template. One that
 * Topo does not tell, or that the key may not read, has none. Answers why the poll ends here, or null.
 */
export const lookUpSequences = async (
  { organizationId, lease }: Pick<PollClaim, 'organizationId' | 'lease'>,
  { store, ask, leaseMs }: LookUpPorts,
): Promise<PollEnd | null> => {
  for (const sequenceId of await store.sequencesToLookUp(organizationId, mostLookUps)) {
    const asked = await ask.orNull(getSequence(sequenceId));
    const requestedAtMs = ask.requestedAtMs();
    if (asked.kind === 'stop') {
      const hasFailed = asked.end.result === 'failed';
      const lookUp = { organizationId, lease, sequences: [], hasFailed, requestedAtMs };
      if (hasFailed) await store.recordSequences(lookUp, { leaseMs });
      return asked.end;
    }
    const sequences = [{ sequenceId, templateId: asked.answer?.sequence_template_id ?? null }];
    await store.recordSequences({ organizationId, lease, sequences, hasFailed: false, requestedAtMs }, { leaseMs });
  }
  return null;
};
