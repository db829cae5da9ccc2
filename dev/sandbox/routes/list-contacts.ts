import { answerContact } from '../http/answer-contact.ts';
import { answerList } from '../http/answer-list.ts';
import { readInstant, readParameter, readUuid, readWord } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { keyOfContact } from '../workspace/create-tables.ts';
import { type Contact, contactOrders, type Workspace } from '../workspace/workspace.ts';

type Condition = (contact: Contact) => boolean;

const readText = (_field: string, value: string): string => value;

const readConditions = (query: URLSearchParams, { assumptions }: Workspace): Condition[] => {
  const email = readParameter(query, 'email', readText)?.toLowerCase();
  const linkedinUrl = readParameter(query, 'linkedin_url', readText);
  const contactId = readParameter(query, 'contact_id', readUuid);
  const firstSeenAfter = readParameter(query, 'first_seen_after', readInstant);
  const lastSeenAfter = readParameter(query, 'last_seen_after', readInstant);
  const isAfter = (instant: number, limit: number) =>
    assumptions.seenAfter === 'inclusive' ? instant >= limit : instant > limit;

  const conditions: Condition[] = [];
  if (email !== undefined && assumptions.contactEmail === 'exact') {
    conditions.push((contact) => contact.email?.toLowerCase() === email);
  }
  if (email !== undefined && assumptions.contactEmail === 'contained') {
    conditions.push((contact) => contact.email?.toLowerCase().includes(email) === true);
  }
  if (linkedinUrl !== undefined) conditions.push((contact) => contact.linkedinUrl === linkedinUrl);
  if (contactId !== undefined) conditions.push((contact) => contact.id === contactId);
  if (firstSeenAfter !== undefined) conditions.push((contact) => isAfter(contact.firstSeenAt, firstSeenAfter));
  if (lastSeenAfter !== undefined) conditions.push((contact) => isAfter(contact.lastSeenAt, lastSeenAfter));
  return conditions;
};

export const listContacts: Route = {
  method: 'get',
  path: '/contacts',
  scope: 'contacts:read',
  answer: ({ workspace, query }) => {
    const sortBy =
      readParameter(query, 'sort_by', (field, value) => readWord(field, value, contactOrders)) ?? 'first_seen_at';
    const rows = workspace.contacts.inOrder(sortBy);
    const conditions = readConditions(query, workspace);
    const listing = {
      rows: conditions.length === 0 ? rows : rows.filter((row) => conditions.every((isMet) => isMet(row))),
      keyOf: keyOfContact[sortBy],
      write: (contact: Contact) => answerContact(workspace, contact),
    };
    return answerList(query, listing, workspace.random);
  },
};
