import type { EventType } from './event.ts';
import { labelOf, taskPriorityLabels } from './labels.ts';
import { sanitizeLabel } from './sanitize-label.ts';

type Somebody = { user_id: string | null; name: string | null; email: string | null };

/** What the sentence is made of: the keys of an event. All changes lead to the same person, in one sequence run. */
export type Summarized = {
  type: EventType;
  outcome?: string | null | undefined;
  new_assignee: Somebody;
  changes: readonly {
    task: { type?: string | undefined; priority?: string | undefined };
    previous_assignee: Somebody;
  }[];
  contact: { name: string | null; email: string | null; company: string | null };
  sequence_template: { name: string | null };
};

/** A sentence names this many people or kinds of task, and counts the rest. */
const maxNamed = 3;

/** Zapier's core takes `{{…}}` in a text for a variable of its own, in whichever step the sentence is mapped to. */
const withoutVariables = (text: string): string => text.replace(/\{(?=\{)/g, '{ ');

/** A foreign text within a sentence: on one line and short; `undefined` when there is nothing in it to read. */
const readable = (text: string | null): string | undefined => {
  const shown = withoutVariables(sanitizeLabel(text ?? ''));
  return /[\p{L}\p{N}\p{S}]/u.test(shown) ? shown : undefined;
};

const enumerate = (items: readonly string[]): string => {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
};

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How a kind of task is spoken of, and what leads on to its contact. */
type Noun = { one: string; many: string; about: string };

/** Whether a reply comes from a contact or goes to one, Topo does not say: “for” is true of both. */
const nouns: Readonly<Record<string, Noun>> = {
  CALL: { one: 'a call', many: 'calls', about: 'with' },
  EMAIL_REPLY: { one: 'an email reply', many: 'email replies', about: 'for' },
  LINKEDIN_REPLY: { one: 'a LinkedIn reply', many: 'LinkedIn replies', about: 'for' },
  NEW_LEAD_REVIEW: { one: 'a new lead review', many: 'new lead reviews', about: 'for' },
};

const task: Noun = { one: 'a task', many: 'tasks', about: 'about' };

const nounOf = (type: string | undefined): Noun => {
  if (type === undefined) return task;
  const known = Object.hasOwn(nouns, type) ? nouns[type] : undefined;
  if (known !== undefined) return known;
  const label = readable(labelOf({}, type));
  return label === undefined ? task : { ...task, one: `a task “${label}”`, many: `tasks “${label}”` };
};

const countOf = ({ one, many }: Noun, amount: number): string => (amount === 1 ? one : `${amount} ${many}`);

const otherTasks = (amount: number): string => (amount === 1 ? 'another task' : `${amount} other tasks`);

/** Known kinds in their own order, then others: tasks that change together come in any order. */
const inKindOrder = (all: readonly Noun[]): Noun[] => {
  const known = Object.values(nouns);
  const rankOf = (noun: Noun): number => (known.includes(noun) ? known.indexOf(noun) : known.length);
  return all.toSorted((one, other) => rankOf(one) - rankOf(other));
};

/** `a call, 2 email replies and another task`; undefined when all are of one kind, which needs no list. */
const listOf = (kinds: ReadonlyMap<string, readonly Noun[]>): string | undefined => {
  if (kinds.size < 2) return undefined;
  const counted = [...kinds.values()].flatMap(([noun, ...more]) =>
    noun === undefined || noun === task ? [] : [countOf(noun, more.length + 1)],
  );
  const typed = [...kinds.values()].filter(([noun]) => noun !== task);
  const named = typed.slice(0, maxNamed).flat().length;
  const rest = [...kinds.values()].flat().length - named;
  return enumerate([...counted.slice(0, maxNamed), ...(rest === 0 ? [] : [otherTasks(rest)])]);
};

const contactOf = ({ name, email, company }: Summarized['contact']): string | undefined => {
  const who = readable(name) ?? readable(email);
  const where = readable(company);
  return where === undefined ? who : `${who ?? 'somebody'} at ${where}`;
};

/** ` with Ada Moreau at Initech`; blank where the contact is not known. */
const aboutOf = ({ about }: Noun, contact: Summarized['contact']): string => {
  const who = contactOf(contact);
  return who === undefined ? '' : ` ${about} ${who}`;
};

/** A task within a sentence: `a call with Ada Moreau at Initech`, as much as is known. */
export const taskInWords = ({ type }: { type?: string | undefined }, contact: Summarized['contact'] | null): string => {
  const noun = nounOf(type);
  return contact === null ? noun.one : noun.one + aboutOf(noun, contact);
};

/** ` (Founders in Europe, hot)`: the template, and the priority where there is but one task. */
const detailsOf = ({ changes: [first, ...others], sequence_template }: Summarized): string => {
  const priority = others.length > 0 ? undefined : first?.task.priority;
  const details = [
    readable(sequence_template.name),
    priority === undefined ? undefined : readable(labelOf(taskPriorityLabels, priority).toLowerCase()),
  ].filter((detail) => detail !== undefined);
  return details.length === 0 ? '' : ` (${details.join(', ')})`;
};

const nameOf = ({ name, email }: Somebody): string | undefined => readable(name) ?? readable(email);

/** Who had the tasks: names first, then how many more people, then nobody. */
const holdersOf = ({ changes }: Summarized): { from: string; isSomebodyUnnamed: boolean } => {
  const holders = new Map(changes.map(({ previous_assignee: holder }) => [holder.user_id, holder]));
  const isAlsoNobodys = holders.delete(null);
  const names = [...holders.values()].flatMap((holder) => nameOf(holder) ?? []);
  const named = names.slice(0, maxNamed);
  const unnamed = holders.size - named.length;
  if (holders.size === 0) return { from: 'from nobody', isSomebodyUnnamed: false };
  const more = named.length > 0 && names.length > maxNamed ? `${unnamed} others` : `${unnamed} colleagues`;
  const people = [...named, ...(unnamed === 0 ? [] : [unnamed === 1 ? 'a colleague' : more])];
  return {
    from: `from ${enumerate(people)}${isAlsoNobodys ? ', or from nobody,' : ''}`,
    isSomebodyUnnamed: unnamed > 0,
  };
};

const receiverOf = ({ new_assignee }: Summarized, isSomebodyUnnamed: boolean): string => {
  if (new_assignee.user_id === null) return 'to nobody';
  return `to ${nameOf(new_assignee) ?? (isSomebodyUnnamed ? 'another colleague' : 'a colleague')}`;
};

const oneOrMore = (changes: Summarized['changes'], one: string, more: string): string =>
  changes.length === 1 ? one : more;

/** What happened to the tasks, and to whom, for each type of event: the rest of a sentence that begins with them. */
const predicates: Readonly<Record<EventType, (summarized: Summarized) => string>> = {
  'task.reassigned': (summarized) => {
    const { from, isSomebodyUnnamed } = holdersOf(summarized);
    return `went ${from} ${receiverOf(summarized, isSomebodyUnnamed)}`;
  },
  'task.created': ({ changes, new_assignee }) => {
    const who =
      new_assignee.user_id === null
        ? `, and nobody has ${oneOrMore(changes, 'it', 'them')}`
        : ` for ${nameOf(new_assignee) ?? 'a colleague'}`;
    return `${oneOrMore(changes, 'is', 'are')} new${who}`;
  },
  'task.reopened': ({ changes, new_assignee }) => {
    const who = new_assignee.user_id === null ? 'nobody' : (nameOf(new_assignee) ?? 'a colleague');
    return `${oneOrMore(changes, 'is', 'are')} open again, with ${who}`;
  },
  'task.closed': ({ changes, outcome }) => {
    const holder = changes[0]?.previous_assignee;
    const of = holder === undefined || holder.user_id === null ? '' : ` while with ${nameOf(holder) ?? 'a colleague'}`;
    return `${oneOrMore(changes, 'was', 'were')} ${readable(outcome ?? null) ?? 'closed'}${of}`;
  },
};

/**
 * What happened, in one plain sentence: “A call with Ada Moreau at Initech (Founders in Europe, hot) went from Robin
 * Okafor to Kim Lindqvist.” Who made the change is often not known, and it says nothing of that. It is right with any part
 * missing, stands on one line and is of bounded length.
 */
export const summaryOf = (summarized: Summarized): string => {
  const kinds = Map.groupBy(
    inKindOrder(summarized.changes.map(({ task: { type } }) => nounOf(type))),
    ({ one }) => one,
  );
  const [[noun = task] = []] = kinds.values();
  const list = listOf(kinds);
  const what = list === undefined ? noun : task;
  const sentence =
    `${capitalize(countOf(what, summarized.changes.length))}${aboutOf(what, summarized.contact)}` +
    `${detailsOf(summarized)} ${predicates[summarized.type](summarized)}${list === undefined ? '' : `: ${list}`}`;
  return /[.!?…]$/u.test(sentence) ? sentence : `${sentence}.`;
};
