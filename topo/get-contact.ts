import * as z from 'zod';
import type { Call } from './call.ts';

/** A prospect. Contacts are never assignees. */
export const Contact = z.looseObject({
  id: z.string().min(1),
  email: z.string().nullish().catch(null),
  first_name: z.string().nullish().catch(null),
  last_name: z.string().nullish().catch(null),
  job_title: z.string().nullish().catch(null),
  company_name: z.string().nullish().catch(null),
});
export type Contact = z.infer<typeof Contact>;

/** `GET /v1/contacts/{contact_id}` (docs.topo.io, Get Contact). Needs `contacts:read`. */
export const getContact = (contactId: string): Call<Contact> => ({
  method: 'GET',
  path: `contacts/${encodeURIComponent(contactId)}`,
  needs: 'contacts:read',
  answer: Contact,
});
