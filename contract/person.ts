import * as z from 'zod';
import type { Person } from './event.ts';
import { userId } from './uuid.ts';

/** The most people in one import. */
export const maxPeople = 1000;

const name = z.string().trim().min(1, { error: 'Expected a name, or null.' }).max(200).nullable();
const email = z.email({ error: 'Expected an e-mail address, or null.' }).max(320).nullable();

/** The body of `PUT /people/:user_id`. */
export const PersonNames = z.strictObject({ name: name.default(null), email: email.default(null) });
export type PersonNames = z.infer<typeof PersonNames>;

/** One row of `POST /people/import`. */
export const NamedPerson = PersonNames.extend({ user_id: userId });
export type NamedPerson = z.infer<typeof NamedPerson>;

/** A person in the directory: named by the workspace, or only seen as the assignee of a task. */
export const DirectoryEntry = z.object({
  user_id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
});
export type DirectoryEntry = z.infer<typeof DirectoryEntry>;

/** The assignee of an unassigned task. */
export const nobody: Person = { user_id: null, name: null, email: null };

/** A person of whom only the id is known. */
export const unnamedPerson = (userId: string): DirectoryEntry => ({ user_id: userId, name: null, email: null });

/** The response of `GET /people`: people with names first, by name. */
export const PersonList = z.object({ items: z.array(DirectoryEntry) });
export type PersonList = z.infer<typeof PersonList>;

/** The response of `GET /people` with `q`, `limit` or `after`. */
export const PersonPage = PersonList.extend({ has_more: z.boolean() });
export type PersonPage = z.infer<typeof PersonPage>;
