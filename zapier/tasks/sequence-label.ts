import { sanitizeLabel } from '../wording/sanitize-label.ts';
import type { Facts } from './look-up-facts.ts';

const present = (text: string | null): string[] => {
  const shown = text === null ? '' : sanitizeLabel(text);
  return shown === '' ? [] : [shown];
};

/** Whom a contact's run of a sequence is about: `Ada Moreau, Initech`; blank when the key may not read it. */
export const contactLabel = ({ contact, company }: Facts): string =>
  [...present(contact), ...present(company)].join(', ');

/** The name of the template; a list of none or one. */
export const templateParts = ({ template }: Facts): string[] => present(template);

/** A contact's run of a sequence in a dropdown: `Ada Moreau, Initech · Trial Follow-up`, or the beginning of its id. */
export const sequenceLabel = (sequenceId: string, facts: Facts): string => {
  const contact = contactLabel(facts);
  return [contact === '' ? `Sequence ${sequenceId.slice(0, 8)}` : contact, ...templateParts(facts)].join(' · ');
};
