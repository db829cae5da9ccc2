import { sanitizeLabel } from '../../contract/sanitize-label.ts';
import type { TaskFacts } from '../../contract/task-facts.ts';

const present = (text: string | null | undefined): string[] => {
  const shown = sanitizeLabel(text ?? '');
  return shown === '' ? [] : [shown];
};

/** The contact of a sequence run: `Ada Moreau, Initech`; blank when the key may not read it. */
export const contactLabel = ({ contact }: TaskFacts): string =>
  [...present(contact?.name ?? contact?.email), ...present(contact?.company)].join(', ');

/** The name of the template, if it is known, as a list. */
export const templateParts = ({ sequenceTemplate }: TaskFacts): string[] => present(sequenceTemplate?.name);

/** The label of a sequence run: `Ada Moreau, Initech · Trial Follow-up`, or the start of its id. */
export const sequenceLabel = (sequenceId: string, facts: TaskFacts): string => {
  const contact = contactLabel(facts);
  return [contact === '' ? `Sequence ${sequenceId.slice(0, 8)}` : contact, ...templateParts(facts)].join(' · ');
};
