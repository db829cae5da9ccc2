import type { DirectoryEntry } from '../../contract/person.ts';
import { sanitizeLabel } from '../../contract/sanitize-label.ts';
import { pluralize } from '../wording/labels.ts';

/** The label of a person: `Kim Lindqvist (kim@example.com)`, as much as is known, or `Unnamed person 1a2b3c4d`. */
export const personLabel = ({ user_id, name, email }: DirectoryEntry): string => {
  const known = [name, email].flatMap((text) => (text === null ? [] : [sanitizeLabel(text)]));
  const [first, second] = known.filter((text) => text !== '');
  if (first === undefined) return `Unnamed person ${user_id.slice(0, 8)}`;
  return second === undefined ? first : `${first} (${second})`;
};

/**
 * A person in a dropdown: `Kim Lindqvist (kim@example.com), holds 12 open tasks`.
 *
 * @param openTasks how many were counted; `isComplete` says whether these are all.
 */
export const assigneeLabel = (person: DirectoryEntry, openTasks: number, isComplete: boolean): string =>
  openTasks === 0
    ? personLabel(person)
    : `${personLabel(person)}, holds ${isComplete ? '' : 'at least '}${pluralize(openTasks, 'open task')}`;
