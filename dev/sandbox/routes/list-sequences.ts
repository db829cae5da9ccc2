import { answerList } from '../http/answer-list.ts';
import { answerSequence, statusOf } from '../http/answer-sequence.ts';
import { readParameter, readWord } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { type Sequence, sequenceStatuses } from '../workspace/workspace.ts';

export const listSequences: Route = {
  method: 'get',
  path: '/sequences',
  scope: 'sequences:read',
  answer: ({ workspace, query }) => {
    const status = readParameter(query, 'status', (field, value) => readWord(field, value, sequenceStatuses));
    const rows = workspace.sequences.inOrder('created_at');
    const listing = {
      rows: status === undefined ? rows : rows.filter((sequence) => statusOf(workspace, sequence) === status),
      keyOf: (sequence: Sequence) => (workspace.assumptions.sequencesAreOrdered ? sequence.createdAt : 0),
      write: (sequence: Sequence) => answerSequence(workspace, sequence),
    };
    return answerList(query, listing, workspace.random);
  },
};
