import { OrderedRows } from './ordered-rows.ts';
import { SortedTable } from './sorted-table.ts';
import type { Contact, ContactOrder, Sequence } from './workspace.ts';

/** Contacts without an e-mail come first by e-mail. */
export const keyOfContact = {
  first_seen_at: (contact: Contact) => contact.firstSeenAt,
  last_seen_at: (contact: Contact) => contact.lastSeenAt,
  email: (contact: Contact) => contact.email?.toLowerCase() ?? '',
} as const satisfies Record<ContactOrder, (contact: Contact) => number | string>;

export const createContactTable = (): SortedTable<Contact, ContactOrder> =>
  new SortedTable({
    first_seen_at: new OrderedRows(keyOfContact.first_seen_at),
    last_seen_at: new OrderedRows(keyOfContact.last_seen_at),
    email: new OrderedRows(keyOfContact.email),
  });

export const createSequenceTable = (): SortedTable<Sequence, 'created_at'> =>
  new SortedTable({ created_at: new OrderedRows((sequence: Sequence) => sequence.createdAt) });
