import { notFoundIssue } from '../api-issue.ts';
import { readUuid } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { writeInstant } from '../workspace/write-task.ts';

export const getContact: Route = {
  method: 'get',
  path: '/contacts/:contact_id',
  scope: 'contacts:read',
  answer: ({ workspace, params }) => {
    const id = readUuid('contact_id', params['contact_id']);
    const contact = workspace.contacts.get(id);
    if (contact === undefined) throw notFoundIssue('Contact', id);
    return {
      id,
      organization_id: workspace.organizationId,
      email: contact.email,
      first_name: contact.firstName,
      last_name: contact.lastName,
      company_name: contact.companyName,
      created_at: writeInstant(workspace, contact.createdAt),
      updated_at: writeInstant(workspace, contact.updatedAt),
    };
  },
};
