import * as z from 'zod';
import type { Person } from './event.ts';
import { userId } from './uuid.ts';

/** The most people in one import. */
export const maxPeople = 1000;

/** The most further e-mail addresses of one person. */
const maxAliases = 5;

const name = z.string().trim().min(1, { error: 'Expected a name, or null.' }).max(200).nullable();
const emailAddress = z.email({ error: 'Expected an e-mail address.' }).max(320);
const email = z.email({ error: 'Expected an e-mail address, or null.' }).max(320).nullable();

/** Other addresses of the same person, such as the one in the CRM. */
const aliases = z
  .array(emailAddress, { error: 'Expected a list of e-mail addresses.' })
  .max(maxAliases, { error: `Expected at most ${maxAliases} further e-mail addresses.` });

/** The moment from which the person is there again. A date alone is its beginning, in UTC. */
const awayUntil = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'Expected a date such as 2026-12-01, a time such as 2026-12-01T09:00:00+01:00, or null.',
  })
  .nullable();

/** The body of `PUT /people/:user_id`. Aliases and an absence that are left out stay as they are. */
export const PersonNames = z.strictObject({
  name: name.default(null),
  email: email.default(null),
  aliases: aliases.optional(),
  away_until: awayUntil.optional(),
});
export type PersonNames = z.infer<typeof PersonNames>;

/** One person of `POST /people/import`. */
export const NamedPerson = PersonNames.extend({ user_id: userId });
export type NamedPerson = z.infer<typeof NamedPerson>;

/** A person in the directory: named by the workspace, or only seen as the assignee of a task. */
export const DirectoryEntry = z.object({
  user_id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  // Servers of earlier releases tell neither.
  aliases: z.array(z.string()).default([]),
  away_until: z.string().nullable().default(null),
});
export type DirectoryEntry = z.infer<typeof DirectoryEntry>;

/** Whether a person is away. */
export const isAway = ({ away_until }: Pick<DirectoryEntry, 'away_until'>, nowMs: number): boolean =>
  away_until !== null && Date.parse(away_until) > nowMs;

/** The assignee of an unassigned task. */
export const nobody: Person = { user_id: null, name: null, email: null };

/** A person of whom only the id is known. */
export const unnamedPerson = (userId: string): DirectoryEntry => ({
  user_id: userId,
  name: null,
  email: null,
  aliases: [],
  away_until: null,
});

/** The addresses of a person. */
export const addressesOf = ({ email, aliases }: Pick<DirectoryEntry, 'email' | 'aliases'>): string[] => [
  ...(email === null ? [] : [email]),
  ...aliases,
];

/** A person as the webhook server tells of them. */
export const ListedPerson = DirectoryEntry.extend({ is_away: z.boolean().default(false) });
export type ListedPerson = z.infer<typeof ListedPerson>;

/** The response of `GET /people`: people with names first, by name. */
export const PersonList = z.object({ items: z.array(ListedPerson) });
export type PersonList = z.infer<typeof PersonList>;

/** The response of `GET /people` with `q`, `limit` or `after`. */
export const PersonPage = PersonList.extend({ has_more: z.boolean() });
export type PersonPage = z.infer<typeof PersonPage>;

/** The response of `POST /people/import`. A line is one of the CSV file, or the position in the JSON list. */
export const ImportReport = z.object({
  imported: z.number(),
  warnings: z.array(z.object({ line: z.number(), message: z.string() })),
});
export type ImportReport = z.infer<typeof ImportReport>;
