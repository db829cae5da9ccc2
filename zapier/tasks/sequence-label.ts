import { sanitizeLabel } from '../wording/sanitize-label.ts';
import type { TaskFacts } from './look-up-facts.ts';

const present = (text: string | null): string[] => {
  const shown = text === null ? '' : sanitizeLabel(text);
  return shown === '' ? [] : [shown];
};

/** The contact of a sequence run: `Ada Moreau, Initech`; blank when the key may not read it. */
export const contactLabel = ({ contact, company }: TaskFacts): string =>
  [...present(contact), ...present(company)].join(', ');

/** The name of the template, if it is known, as a list. */
export const templateParts = ({ template }: TaskFacts): string[] => present(template);

/** The label of a sequence run: `Ada Moreau, Initech · Trial Follow-up`, or the start of its id. */
export const sequenceLabel = (sequenceId: string, facts: TaskFacts): string => {
  const contact = contactLabel(facts);
  return [contact === '' ? `Sequence ${sequenceId.slice(0, 8)}` : contact, ...templateParts(facts)].join(' · ');
};
