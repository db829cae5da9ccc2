import * as z from 'zod';
import { Contact, SequenceTemplateName, type TaskFacts } from './task-facts.ts';

/** The contact of an event or a step's output, which has one shape everywhere: all fields are null for nobody known. */
export const ToldContact = Contact.extend({ id: z.string().nullable() });
export type ToldContact = z.infer<typeof ToldContact>;

/** The template of an event or a step's output; both fields are null for none known. */
export const ToldTemplate = SequenceTemplateName.extend({ id: z.string().nullable() });
export type ToldTemplate = z.infer<typeof ToldTemplate>;

/** Facts in the form in which events and outputs tell them. */
export type ToldFacts = { contact: ToldContact; sequence_template: ToldTemplate };

export const toldFacts = ({ contact, sequenceTemplate }: TaskFacts): ToldFacts => ({
  contact: contact ?? { id: null, name: null, email: null, company: null },
  sequence_template: sequenceTemplate ?? { id: null, name: null },
});
