import type { DirectoryEntry } from '../../contract/person.ts';
import { sanitizeLabel } from '../../contract/sanitize-label.ts';
import { pluralize } from '../wording/labels.ts';

/** What a label shows of a person. */
export type Labelled = Pick<DirectoryEntry, 'user_id' | 'name' | 'email'>;

const labelWith = ({ user_id, name, email }: Labelled, ...details: string[]): string => {
  const known = [name, email].flatMap((text) => (text === null ? [] : [sanitizeLabel(text)]));
  const [first = `Unnamed person ${user_id.slice(0, 8)}`, ...others] = known.filter((text) => text !== '');
  const inBrackets = [...others, ...details];
  return inBrackets.length === 0 ? first : `${first} (${inBrackets.join(', ')})`;
};

/** The label of a person: `Kim Lindqvist (kim@example.com)`, as much as is known, or `Unnamed person 1a2b3c4d`. */
export const personLabel = (person: Labelled): string => labelWith(person);

/** The same with the id, for whom name and e-mail do not tell from others. */
export const labelWithId = (person: Labelled): string => labelWith(person, person.user_id);

/** The labels of people in a list; two that would read alike get their ids. */
export const distinctLabels = (people: readonly Labelled[]): string[] => {
  const labels = people.map(personLabel);
  const times = new Map<string, number>();
  for (const label of labels) times.set(label, (times.get(label) ?? 0) + 1);
  return people.map((person, index) => {
    const label = labels[index] ?? personLabel(person);
    return times.get(label) === 1 ? label : labelWithId(person);
  });
};

/** How many open tasks were counted, whether these are all, and one of them in words. */
type Counted = { openTasks: number; isComplete: boolean; example: string | undefined };

/**
 * A person in a dropdown: `Kim Lindqvist (kim@example.com), holds 12 open tasks`, or
 * `Unnamed person 1a2b3c4d, holds 12 open tasks, e.g. a call with Ada Moreau at Initech`.
 */
export const assigneeLabel = (label: string, { openTasks, isComplete, example }: Counted): string => {
  if (openTasks === 0) return label;
  const hint = example === undefined ? '' : `, e.g. ${example}`;
  return `${label}, holds ${isComplete ? '' : 'at least '}${pluralize(openTasks, 'open task')}${hint}`;
};
