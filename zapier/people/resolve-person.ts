import type { DirectoryEntry } from '../../contract/person.ts';
import { readIdOrText } from '../fields/read-id.ts';
import { quote } from '../wording/sanitize-message.ts';
import { halted } from '../zapier-error.ts';
import type { Directory } from './directory.ts';
import { matchPeople } from './match-people.ts';
import { personLabel } from './person-label.ts';

/** A message lists only as many people as one can read. */
const maxCandidates = 10;

const list = (people: readonly DirectoryEntry[], labelOf = personLabel): string => {
  const named = people.slice(0, maxCandidates).map((person) => labelOf(person));
  const left = people.length - named.length;
  return named.join(', ') + (left > 0 ? ` and ${left} more` : '');
};

const unknown = (label: string, text: string, everybody: readonly DirectoryEntry[]): Error => {
  const named = everybody.filter(({ name, email }) => name !== null || email !== null);
  const known =
    named.length === 0
      ? 'No names are known yet: the owner of this integration can enter them on its webhook server.'
      : `Known are: ${list(named)}.`;
  return halted(
    `The field “${label}” holds ${quote(text)}, and nobody of that name or e-mail is known, so nothing was changed. ` +
      `${known} Choose a person from the list, or map the person’s ID.`,
  );
};

/** E-mails, or else ids, distinguish people with the same name. */
const distinctLabel = (person: DirectoryEntry): string =>
  person.email === null ? `${personLabel(person)} (${person.user_id})` : personLabel(person);

const ambiguous = (label: string, text: string, people: readonly DirectoryEntry[]): Error =>
  halted(
    `The field “${label}” holds ${quote(text)}, which may be any of ${people.length} people, so nothing was changed: ` +
      `${list(people, distinctLabel)}. Use the e-mail address or the ID of one of them.`,
  );

const nameless = (label: string, text: string): Error =>
  halted(
    `The field “${label}” holds ${quote(text)}, which is no ID. Names and e-mails are known only with the webhook ` +
      'server of this integration, which is not set up. Choose a person from the list, or map the person’s ID.',
  );

/**
 * The id of the person that a field names by id, e-mail or name; `undefined` when the field is blank.
 *
 * @throws HaltedError when nobody or several people match; its message lists the known people.
 */
export const resolvePerson = async (
  label: string,
  value: unknown,
  directory: Directory,
): Promise<string | undefined> => {
  const given = readIdOrText(label, value);
  if (given === undefined) return undefined;
  if (given.kind === 'id') return given.id;
  const everybody = await directory.list();
  if (everybody === undefined) throw nameless(label, given.text);
  const match = matchPeople(everybody, given.text);
  switch (match.kind) {
    case 'one':
      return match.person.user_id;
    case 'several':
      throw ambiguous(label, given.text, match.people);
    case 'none':
      throw unknown(label, given.text, everybody);
    default:
      return match satisfies never;
  }
};

/** The same for a required field. */
export const resolveRequiredPerson = async (label: string, value: unknown, directory: Directory): Promise<string> => {
  const id = await resolvePerson(label, value, directory);
  if (id !== undefined) return id;
  throw halted(`The field “${label}” is empty. Choose a person from the list, or map an ID, an e-mail or a name.`);
};
