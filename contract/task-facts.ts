import * as z from 'zod';
import { coversScope } from './covers-scope.ts';

/** The person outside whom a task is about: Topo's contact. What is null is not known, or not for this key to read. */
export const Contact = z.object({
  id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  company: z.string().nullable(),
});
export type Contact = z.infer<typeof Contact>;

/** What a contact's sequence run was made from, by its name. */
export const SequenceTemplateName = z.object({ id: z.string(), name: z.string().nullable() });
export type SequenceTemplateName = z.infer<typeof SequenceTemplateName>;

/** What a task is about, as far as it is known; Topo's task holds none of this. */
export const TaskFacts = z.object({
  contact: Contact.nullable(),
  sequenceTemplate: SequenceTemplateName.nullable(),
});
export type TaskFacts = z.infer<typeof TaskFacts>;

export const unknownFacts: TaskFacts = { contact: null, sequenceTemplate: null };

/** The scopes without which a key does not show what tasks are about. */
const factsScopes = ['sequences:read', 'contacts:read'] as const;

/** Which of these a key lacks; null when it is not known what the key may do. */
export const missingScopes = (scopes: readonly string[] | null): string[] | null =>
  scopes && factsScopes.filter((scope) => !coversScope(scopes, scope));

export const mayReadTemplates = (scopes: readonly string[]): boolean => coversScope(scopes, 'sequences:read');

/** Contacts are found through sequence runs, so a key needs both. */
export const mayReadContacts = (scopes: readonly string[]): boolean =>
  mayReadTemplates(scopes) && coversScope(scopes, 'contacts:read');

/** What of these facts may be shown to somebody whose key has these scopes. */
export const factsFor = (scopes: readonly string[], { contact, sequenceTemplate }: TaskFacts): TaskFacts => ({
  contact: mayReadContacts(scopes) ? contact : null,
  sequenceTemplate: mayReadTemplates(scopes) ? sequenceTemplate : null,
});
