import { notFoundIssue } from '../api-issue.ts';
import { readUuid } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { writeInstant } from '../workspace/write-task.ts';

export const getSequence: Route = {
  method: 'get',
  path: '/sequences/:sequence_id',
  scope: 'sequences:read',
  answer: ({ workspace, params }) => {
    const id = readUuid('sequence_id', params['sequence_id']);
    const sequence = workspace.sequences.get(id);
    if (sequence === undefined) throw notFoundIssue('Sequence', id);
    return {
      id,
      organization_id: workspace.organizationId,
      contact_id: sequence.contactId,
      sequence_template_id: sequence.templateId,
      status: sequence.status,
      created_at: writeInstant(workspace, sequence.createdAt),
      updated_at: writeInstant(workspace, sequence.updatedAt),
    };
  },
};
