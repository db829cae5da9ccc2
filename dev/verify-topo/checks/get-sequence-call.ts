import { getSequence } from '../../../topo/get-sequence.ts';
import type { Check } from '../check.ts';
import { asAssumed, different, notSeen } from '../finding.ts';

const fact = { fact: 'GET /v1/sequences/{id} exists', expected: 'it answers the template of the task’s sequence' };
const meaning = 'A filter on sequence templates cannot be applied, so subscribing with one has to be turned down.';

export const checkGetSequenceCall: Check = async ({ ask, plan }) => {
  const { sequence_id: sequenceId } = plan.task;
  if (sequenceId === null) return [notSeen(fact, 'the task belongs to no sequence')];
  const outcome = await ask(getSequence(sequenceId));
  switch (outcome.kind) {
    case 'answered':
      return typeof outcome.body.sequence_template_id === 'string'
        ? [asAssumed(fact, `200 with template ${outcome.body.sequence_template_id}`)]
        : [different(fact, '200 without a sequence_template_id', meaning)];
    case 'refused':
      if (outcome.status === 403) return [notSeen(fact, 'the key lacks sequences:read')];
      if (outcome.status >= 500 || outcome.status === 429) return [notSeen(fact, outcome.said)];
      return [different(fact, outcome.said, meaning)];
    case 'misread':
      return [different(fact, outcome.said, meaning)];
    case 'unanswered':
      return [notSeen(fact, outcome.said)];
  }
};
