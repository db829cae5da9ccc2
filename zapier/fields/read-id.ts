import { uuidInText } from '../../contract/uuid.ts';
import { halted } from '../zapier-error.ts';
import { isBlank, refuseTooMany, textsIn } from './texts-in.ts';

const uuid = new RegExp(uuidInText, 'gi');

/** Whether a text holds an id. */
export const hasId = (text: string): boolean => text.match(uuid) !== null;

const idsIn = (label: string, text: string): string[] => {
  const found = text.match(uuid);
  if (found !== null) return found.map((id) => id.toLowerCase());
  throw halted(
    `The field “${label}” holds no ID of Topo. Choose from the list, or map an ID such as ` +
      '3c90c3cc-0d44-4b50-8888-8dd25736052a from an earlier step.',
  );
};

/** A filter with more ids does not fit into a request. */
const maxInFilter = 100;

/**
 * The ids in a field that takes several, without duplicates; `undefined` when it is blank. Throws for a text without an
 * id, and for more than `max` ids.
 */
export const readIds = (label: string, value: unknown, max = maxInFilter): string[] | undefined => {
  const ids = [...new Set(textsIn(value).flatMap((text) => idsIn(label, text)))];
  refuseTooMany(label, ids, max);
  return ids.length === 0 ? undefined : ids;
};

/** The one id in a required field. It may be part of a link, or in capitals. */
const readId = (label: string, value: unknown): string => {
  const [id, ...others] = readIds(label, value, Number.POSITIVE_INFINITY) ?? [];
  if (id === undefined) throw halted(`The field “${label}” is empty. Choose from the list, or map an ID into it.`);
  if (others.length === 0) return id;
  throw halted(`The field “${label}” holds ${others.length + 1} IDs, and only one can be used. Leave one in it.`);
};

/** The one id in an optional field; `undefined` when it is blank. */
export const readOptionalId = (label: string, value: unknown): string | undefined =>
  isBlank(value) ? undefined : readId(label, value);

const marked = (mark: string): RegExp => new RegExp(`${mark}(${uuidInText})`, 'gi');

/** What tells a task's id from the others in a link, surest first. */
const taskMarks = [marked('tasks?/'), marked('task(?:_?id)?=')];

/** In a link with several ids, the task's id is the one after `tasks/`, or else after `task_id=`. */
const withoutOtherIds = (link: string): string => {
  for (const mark of taskMarks) {
    const ids = [...link.matchAll(mark)].flatMap(([, id]) => id ?? []);
    if (ids.length > 0) return ids.join(' ');
  }
  return link;
};

/** A text may be a list of links and ids. */
const taskTextsIn = (value: unknown): string[] =>
  textsIn(value).map((text) =>
    text
      .split(/([\s,]+)/)
      .map(withoutOtherIds)
      .join(''),
  );

/** The id of the one task in a required field: an id, or a link that contains one. */
export const readTaskId = (label: string, value: unknown): string => readId(label, taskTextsIn(value));

/** The ids of the tasks in a field that takes several, without duplicates; `undefined` when it is blank. */
export const readTaskIds = (label: string, value: unknown): string[] | undefined =>
  readIds(label, taskTextsIn(value), Number.POSITIVE_INFINITY);

/** How a field names a person: by id, or by a text such as a name or an e-mail. */
export type IdOrText = { kind: 'id'; id: string } | { kind: 'text'; text: string };

/** The one id in a field, or the text instead of it; `undefined` when the field is blank. */
export const readIdOrText = (label: string, value: unknown): IdOrText | undefined => {
  const texts = [...new Set(textsIn(value))];
  if (texts.some(hasId)) return { kind: 'id', id: readId(label, texts.filter(hasId)) };
  const [text, ...others] = texts;
  if (text === undefined) return undefined;
  if (others.length === 0) return { kind: 'text', text };
  throw halted(`The field “${label}” holds ${others.length + 1} texts, and only one can be used. Leave one in it.`);
};
