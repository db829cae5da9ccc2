import type { PlainOutputField } from 'zapier-platform-core';
import type { Contact } from '../../contract/task-facts.ts';
import type { ListedTask } from '../../contract/task-list.ts';
import { contactLabel } from '../tasks/sequence-label.ts';
import { sampleFacts } from '../tasks/task-output.ts';
import { type HandOverOutput, handOverOutputFields, sampleHandOver } from './hand-over-output.ts';

/** The report of a hand-over, and whom its tasks are about. Several contacts may have one e-mail. */
export type ContactTasksOutput = HandOverOutput & { contacts: Contact[] };

/** A sentence lists only as many contacts as one can read. */
const maxNamed = 5;

const contactsOf = (listed: readonly ListedTask[]): Contact[] => [
  ...new Map(listed.flatMap(({ contact }) => (contact === null ? [] : [[contact.id, contact] as const]))).values(),
];

const sentenceOf = (contacts: readonly Contact[]): string[] => {
  const labels = contacts.map((contact) => contactLabel({ contact, sequenceTemplate: null }));
  if (labels.length < 2) return labels.flatMap((label) => (label === '' ? [] : [`Contact: ${label}.`]));
  const more = labels.length - maxNamed;
  const named = labels.slice(0, maxNamed).join('; ') + (more > 0 ? `; and ${more} more` : '');
  return [`${labels.length} contacts have this e-mail, and tasks of all of them are included: ${named}.`];
};

/** The output of a hand-over of `listed` tasks; where `isWhole` is false, there may be more that nobody knows yet. */
export const contactTasksOutput = (
  report: HandOverOutput,
  { listed, isWhole }: { listed: readonly ListedTask[]; isWhole: boolean },
): ContactTasksOutput => {
  const contacts = contactsOf(listed);
  const mayBeMore = 'There may be more tasks: the webhook server does not know yet whom some of them are about.';
  const summary = [report.summary, ...sentenceOf(contacts), ...(isWhole ? [] : [mayBeMore])].join(' ');
  return { ...report, summary, contacts };
};

/** A report with every field that it can have. */
export const sampleContactTasks: ContactTasksOutput = {
  ...sampleHandOver,
  summary: `${sampleHandOver.summary} Contact: Ada Moreau, Initech.`,
  contacts: [sampleFacts.contact],
};

/** The output fields of the report, for later steps. */
export const contactTasksOutputFields: PlainOutputField[] = [
  ...handOverOutputFields,
  { key: 'contacts[]name', label: 'Contacts Name', type: 'string' },
  { key: 'contacts[]email', label: 'Contacts Email', type: 'string' },
  { key: 'contacts[]company', label: 'Contacts Company', type: 'string' },
  { key: 'contacts[]id', label: 'Contacts Contact', type: 'string' },
];
