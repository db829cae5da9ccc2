import type { DirectoryEntry } from '../../contract/person.ts';
import { unassigned } from '../../contract/task-list.ts';
import { hasId, readIdOrText } from '../fields/read-id.ts';
import { refuseTooMany, textsIn } from '../fields/texts-in.ts';
import { quote } from '../wording/sanitize-message.ts';
import { halted } from '../zapier-error.ts';
import type { Directory } from './directory.ts';
import { type Match, matchPeople } from './match-people.ts';
import { distinctLabels, labelWithId, personLabel } from './person-label.ts';

/** A message lists only as many people as one can read. */
const maxCandidates = 10;

const list = (labels: readonly string[]): string => {
  const left = labels.length - maxCandidates;
  return labels.slice(0, maxCandidates).join(', ') + (left > 0 ? ` and ${left} more` : '');
};

const unknown = (label: string, text: string, everybody: readonly DirectoryEntry[]): Error => {
  const named = everybody.filter(({ name, email }) => name !== null || email !== null);
  const known =
    named.length === 0
      ? 'No names are known yet: the owner of this integration can enter them on its webhook server.'
      : `Known are: ${list(distinctLabels(named))}.`;
  return halted(
    `The field “${label}” holds ${quote(text)}, and nobody of that name or e-mail is known, so nothing was changed. ` +
      `${known} Choose a person from the list, or map the person’s ID.`,
  );
};

/** Two entries of the directory may have one address; then only the id tells them apart. */
const hasOwnEmail = ({ email }: DirectoryEntry, everybody: readonly DirectoryEntry[]): boolean =>
  email !== null && matchPeople(everybody, email).kind === 'one';

type Ambiguity = { people: readonly DirectoryEntry[]; everybody: readonly DirectoryEntry[]; effect: string };

const ambiguous = (label: string, text: string, { people, everybody, effect }: Ambiguity): Error => {
  const listed = people.slice(0, maxCandidates).map((person) => ({ person, isOwn: hasOwnEmail(person, everybody) }));
  const labels = listed.map(({ person, isOwn }) => (isOwn ? personLabel(person) : labelWithId(person)));
  const others = people.slice(maxCandidates).map(personLabel);
  const handle = listed.some(({ isOwn }) => isOwn) ? 'e-mail address or the ID' : 'ID';
  return halted(
    `The field “${label}” holds ${quote(text)}, which may be any of ${people.length} people${effect}: ` +
      `${list([...labels, ...others])}. Use the ${handle} of one of them.`,
  );
};

const nameless = (label: string, text: string): Error =>
  halted(
    `The field “${label}” holds ${quote(text)}, which is no ID. Names and e-mails are known only with the webhook ` +
      'server of this integration, which is not set up. Choose a person from the list, or map the person’s ID.',
  );

type Found = Exclude<Match, { kind: 'several' }> & { everybody: readonly DirectoryEntry[] };

/**
 * Whom a name or an e-mail means. It never guesses.
 *
 * @param effect what follows from several matches, such as `, so nothing was changed`.
 * @throws HaltedError when several people match, or when names are not known at all.
 */
export const findByText = async (label: string, text: string, directory: Directory, effect = ''): Promise<Found> => {
  const everybody = await directory.list();
  if (everybody === undefined) throw nameless(label, text);
  const match = matchPeople(everybody, text);
  if (match.kind === 'several') throw ambiguous(label, text, { people: match.people, everybody, effect });
  return { ...match, everybody };
};

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
  const found = await findByText(label, given.text, directory, ', so nothing was changed');
  if (found.kind === 'none') throw unknown(label, given.text, found.everybody);
  return found.person.user_id;
};

/** What people write, or choose, for the assignee of a task that nobody has. */
const wordsForNobody: readonly string[] = [unassigned, 'nobody', 'unassigned', 'nobody (unassigned)'];

/** Whether a text means nobody. */
export const isNobody = (text: string): boolean => wordsForNobody.includes(text.trim().toLowerCase());

/** The same for a field that also takes “Nobody”: then it is `unassigned`. */
export const resolvePersonOrNobody = async (
  label: string,
  value: unknown,
  directory: Directory,
): Promise<string | undefined> => {
  const given = readIdOrText(label, value);
  if (given?.kind === 'text' && isNobody(given.text)) return unassigned;
  return resolvePerson(label, value, directory);
};

/** A list in one text has an address or an ID in each part; “Lindqvist, Kim” is one person. */
const peopleIn = (text: string): string[] => {
  const parts = textsIn(text.split(/[,;\n]/));
  return parts.every((part) => part.includes('@') || hasId(part)) ? parts : [text];
};

/**
 * The ids of the people in a field that takes several, without duplicates; `undefined` when it is blank.
 *
 * @throws HaltedError when nobody or several people match one of the texts, and when there are more than `max`.
 */
export const resolvePeople = async (
  label: string,
  value: unknown,
  directory: Directory,
  max: number,
): Promise<string[] | undefined> => {
  const texts = [...new Set(textsIn(value).flatMap(peopleIn))];
  refuseTooMany(label, texts, max);
  const ids = new Set<string>();
  for (const text of texts) {
    const id = await resolvePerson(label, text, directory);
    if (id !== undefined) ids.add(id.toLowerCase());
  }
  return ids.size === 0 ? undefined : [...ids];
};

/** The id of the person in a required field. */
export const resolveRequiredPerson = async (label: string, value: unknown, directory: Directory): Promise<string> => {
  const id = await resolvePerson(label, value, directory);
  if (id !== undefined) return id;
  throw halted(`The field “${label}” is empty. Choose a person from the list, or map an ID, an e-mail or a name.`);
};
