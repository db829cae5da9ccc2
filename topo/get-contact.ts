import * as z from 'zod';
import type { Call } from './call.ts';

/** A prospect. Contacts are never assignees. */
export const Contact = z.looseObject({
  id: z.string().min(1),
  email: z.string().nullish(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  company_name: z.string().nullish(),
});
export type Contact = z.infer<typeof Contact>;

/** `GET /v1/contacts/{contact_id}` (docs.topo.io, Get Contact). Needs `contacts:read`. */
export const getContact = (contactId: string): Call<Contact> => ({
  method: 'GET',
  path: `contacts/${encodeURIComponent(contactId)}`,
  needs: 'contacts:read',
  answer: Contact,
});
