import { notFoundIssue } from '../api-issue.ts';
import { answerContact } from '../http/answer-contact.ts';
import { readUuid } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';

export const getContact: Route = {
  method: 'get',
  path: '/contacts/:contact_id',
  scope: 'contacts:read',
  answer: ({ workspace, params }) => {
    const id = readUuid('contact_id', params['contact_id']);
    const contact = workspace.contacts.find(id);
    if (contact === undefined) throw notFoundIssue('Contact', id);
    return answerContact(workspace, contact);
  },
};
