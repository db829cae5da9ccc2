import * as z from 'zod';

/** The person outside whom a task is about: Topo's contact. What is null is not known, or not for this key to read. */
export const Contact = z.object({
  id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  company: z.string().nullable(),
});
export type Contact = z.infer<typeof Contact>;

/** What a contact's sequence run was made from, by its name. */
export const SequenceTemplateName = z.object({ id: z.string(), name: z.string().nullable() });
export type SequenceTemplateName = z.infer<typeof SequenceTemplateName>;

/** What a task is about, as far as it is known; Topo's task holds none of this. */
export const TaskFacts = z.object({
  contact: Contact.nullable(),
  sequenceTemplate: SequenceTemplateName.nullable(),
});
export type TaskFacts = z.infer<typeof TaskFacts>;

export const unknownFacts: TaskFacts = { contact: null, sequenceTemplate: null };

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
