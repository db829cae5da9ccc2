import { notFoundIssue } from '../api-issue.ts';
import { answerSequence } from '../http/answer-sequence.ts';
import { readUuid } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';

export const getSequence: Route = {
  method: 'get',
  path: '/sequences/:sequence_id',
  scope: 'sequences:read',
  answer: ({ workspace, params }) => {
    const id = readUuid('sequence_id', params['sequence_id']);
    const sequence = workspace.sequences.find(id);
    if (sequence === undefined) throw notFoundIssue('Sequence', id);
    return answerSequence(workspace, sequence);
  },
};
