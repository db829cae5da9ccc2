import { answerList } from '../http/answer-list.ts';
import { readParameter, readWord } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { type SequenceTemplate, templateStatuses } from '../workspace/workspace.ts';
import { writeInstant } from '../workspace/write-task.ts';

export const listSequenceTemplates: Route = {
  method: 'get',
  path: '/sequence-templates',
  scope: 'sequences:read',
  answer: ({ workspace, query }) => {
    const name = readParameter(query, 'name', (_field, value) => value);
    const status = readParameter(query, 'status', (field, value) => readWord(field, value, templateStatuses));
    const listing = {
      rows: workspace.templates.filter(
        (template) => (name ?? template.name) === template.name && (status ?? template.status) === template.status,
      ),
      keyOf: (template: SequenceTemplate) => template.createdAt,
      write: (template: SequenceTemplate) => ({
        id: template.id,
        organization_id: workspace.organizationId,
        name: template.name,
        status: template.status,
        created_at: writeInstant(workspace, template.createdAt),
        updated_at: writeInstant(workspace, template.updatedAt),
      }),
    };
    return answerList(query, listing, workspace.random);
  },
};
