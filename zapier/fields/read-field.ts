import { microseconds } from '../../topo/microseconds.ts';
import { quote } from '../errors/quote.ts';
import { halted } from '../errors/zapier-error.ts';

const uuid = /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/gi;

/**
 * Any step's data can be mapped into any field. What comes out is trimmed, and never blank. An object is read as JSON: a
 * filter or a guard that holds something odd must not count as blank.
 */
const textsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (value === undefined || value === null) return [];
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim();
  return text === '' ? [] : [text];
};

/** Whether there is nothing in a field. */
export const isBlank = (value: unknown): boolean => textsIn(value).length === 0;

const hasId = (text: string): boolean => text.match(uuid) !== null;

const idsIn = (label: string, text: string): string[] => {
  const found = text.match(uuid);
  if (found !== null) return found.map((id) => id.toLowerCase());
  throw halted(
    `The field “${label}” holds no ID of Topo. Choose from the list, or map an ID such as ` +
      '3c90c3cc-0d44-4b50-8888-8dd25736052a from an earlier step.',
  );
};

/** A filter of more than this does not fit into a request. */
const mostInFilter = 100;

const refuseTooMany = (label: string, found: readonly string[], most: number): void => {
  if (found.length <= most) return;
  throw halted(`The field “${label}” takes at most ${most} entries, and it holds ${found.length}.`);
};

/**
 * The ids in a field that takes several, each once; `undefined` when it is blank. Throws for a text without an id, and
 * for more than `most`.
 */
export const readIds = (label: string, value: unknown, most = mostInFilter): string[] | undefined => {
  const ids = [...new Set(textsIn(value).flatMap((text) => idsIn(label, text)))];
  refuseTooMany(label, ids, most);
  return ids.length === 0 ? undefined : ids;
};

/** The one id in a field that must be filled in. It may stand in a link or in capitals. */
const readId = (label: string, value: unknown): string => {
  const [id, ...others] = readIds(label, value, Number.POSITIVE_INFINITY) ?? [];
  if (id === undefined) throw halted(`The field “${label}” is empty. Choose from the list, or map an ID into it.`);
  if (others.length === 0) return id;
  throw halted(`The field “${label}” holds ${others.length + 1} IDs, and only one can be used. Leave one in it.`);
};

/** The one id in a field that may stay empty; `undefined` when it is blank. */
export const readOptionalId = (label: string, value: unknown): string | undefined =>
  isBlank(value) ? undefined : readId(label, value);

const taskInLink = new RegExp(`(?:tasks?/|task(?:_?id)?=)(${uuid.source})`, 'gi');

/** In a link that holds other ids, too, a task's id is the one behind `tasks/` or `task_id=`. */
const withoutOtherIds = (text: string): string => {
  const marked = [...text.matchAll(taskInLink)].flatMap(([, id]) => id ?? []);
  return marked.length > 0 ? marked.join(' ') : text;
};

/** The one task in a field: an id, or a link that contains one. */
export const readTaskId = (label: string, value: unknown): string => readId(label, textsIn(value).map(withoutOtherIds));

/** The tasks in a field that takes several, each once; `undefined` when it is blank. */
export const readTaskIds = (label: string, value: unknown): string[] | undefined =>
  readIds(label, textsIn(value).map(withoutOtherIds), Number.POSITIVE_INFINITY);

/** What a field names somebody by: an id, or the words that somebody typed. */
export type IdOrText = { kind: 'id'; id: string } | { kind: 'text'; text: string };

/** The one id in a field, or the text in its place; `undefined` when the field is blank. */
export const readIdOrText = (label: string, value: unknown): IdOrText | undefined => {
  const texts = [...new Set(textsIn(value))];
  if (texts.some(hasId)) return { kind: 'id', id: readId(label, texts.filter(hasId)) };
  const [text, ...others] = texts;
  if (text === undefined) return undefined;
  if (others.length === 0) return { kind: 'text', text };
  throw halted(`The field “${label}” holds ${others.length + 1} texts, and only one can be used. Leave one in it.`);
};

/** The one text in a field; `undefined` when it is blank. */
export const readText = (label: string, value: unknown): string | undefined => {
  const [text, ...others] = new Set(textsIn(value));
  if (others.length === 0) return text;
  throw halted(`The field “${label}” holds ${others.length + 1} texts, and only one can be used. Leave one in it.`);
};

const wordsIn = (value: unknown): string[] => [...new Set(textsIn(value).flatMap((text) => textsIn(text.split(','))))];

/** Topo’s words look like this, those that it may add, too. */
const topoWord = /^[A-Z0-9_]{1,64}$/;
const mostWords = 20;

const topoWordOf = (label: string, text: string): string => {
  const word = text.toUpperCase().replace(/[\s-]+/g, '_');
  if (topoWord.test(word)) return word;
  throw halted(`The field “${label}” holds ${quote(text)}, which is none of its choices. Choose from the list.`);
};

/** The words in a field that takes several, in capitals as Topo writes them; `undefined` when it is blank. */
export const readWords = (label: string, value: unknown): string[] | undefined => {
  const words = [...new Set(wordsIn(value).map((word) => topoWordOf(label, word)))];
  refuseTooMany(label, words, mostWords);
  return words.length === 0 ? undefined : words;
};

/** The one word in a field, in capitals as Topo writes it; `undefined` when it is blank. */
export const readWord = (label: string, value: unknown): string | undefined => {
  const [word, ...others] = readWords(label, value) ?? [];
  if (others.length === 0) return word;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};

const choose = <Choice extends string>(label: string, word: string, choices: readonly Choice[]): Choice => {
  const chosen = choices.find((choice) => choice.toLowerCase() === word.toLowerCase());
  if (chosen !== undefined) return chosen;
  throw halted(`The field “${label}” takes ${choices.join(', ')} and nothing else. Choose from the list.`);
};

/** The choices in a field that takes several of a closed list; `undefined` when it is blank. */
export const readChoices = <Choice extends string>(
  label: string,
  value: unknown,
  choices: readonly Choice[],
): Choice[] | undefined => {
  const chosen = wordsIn(value).map((word) => choose(label, word, choices));
  return chosen.length === 0 ? undefined : chosen;
};

/** The choice in a field that takes one of a closed list; `undefined` when it is blank. */
export const readChoice = <Choice extends string>(
  label: string,
  value: unknown,
  choices: readonly Choice[],
): Choice | undefined => {
  const [chosen, ...others] = readChoices(label, value, choices) ?? [];
  if (others.length === 0) return chosen;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};

/** A whole number within bounds; `undefined` when the field is blank. */
export const readNumber = (label: string, value: unknown, least: number, most: number): number | undefined => {
  const [text, ...others] = textsIn(value);
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (others.length === 0 && number >= least && number <= most) return number;
  throw halted(`The field “${label}” takes a whole number from ${least} to ${most}.`);
};

/** The interpreter takes “task 12” for a day in December 2001. */
const isoDate = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/** A moment, in microseconds since 1970; `undefined` when the field is blank. */
export const readMoment = (label: string, value: unknown): number | undefined => {
  const [text, ...others] = textsIn(value);
  if (text === undefined) return undefined;
  if (others.length === 0 && isoDate.test(text) && !Number.isNaN(Date.parse(text))) return microseconds(text);
  throw halted(`The field “${label}” takes a date and time such as 2026-03-04T14:30:00Z.`);
};
