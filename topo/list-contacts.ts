import type * as z from 'zod';
import type { Call } from './call.ts';
import { Contact } from './get-contact.ts';
import { listOf } from './list.ts';

const ContactPage = listOf(Contact);
export type ContactPage = z.infer<typeof ContactPage>;

/** `page` counts from 1, `size` is 1 to 100. `email` must match whole, in any case of its letters. */
export type ContactQuery = {
  page?: number;
  size?: number;
  sortBy?: 'first_seen_at' | 'last_seen_at' | 'email';
  sortOrder?: 'asc' | 'desc';
  email?: string;
  linkedinUrl?: string;
  contactId?: string;
  firstSeenAfter?: string;
  lastSeenAfter?: string;
};

/** `GET /v1/contacts` (docs.topo.io, List Contacts). Needs `contacts:read`. */
export const listContacts = (query: ContactQuery): Call<ContactPage> => ({
  method: 'GET',
  path: 'contacts',
  query: {
    page: query.page,
    size: query.size,
    sort_by: query.sortBy,
    sort_order: query.sortOrder,
    email: query.email,
    linkedin_url: query.linkedinUrl,
    contact_id: query.contactId,
    first_seen_after: query.firstSeenAfter,
    last_seen_after: query.lastSeenAfter,
  },
  needs: 'contacts:read',
  answer: ContactPage,
});
