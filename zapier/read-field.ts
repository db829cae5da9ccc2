import { halted } from './zapier-error.ts';

const uuid = /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/gi;

/** Any step's data can be mapped into any field. What comes out is trimmed, and never blank. */
const textsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
  const text = String(value).trim();
  return text === '' ? [] : [text];
};

const idsIn = (label: string, text: string): string[] => {
  const found = text.match(uuid);
  if (found !== null) return found.map((id) => id.toLowerCase());
  throw halted(
    `The field “${label}” holds no ID of Topo. Choose from the list, or map an ID such as ` +
      '3c90c3cc-0d44-4b50-8888-8dd25736052a from an earlier step.',
  );
};

/** The ids in a field that takes several, each once; `undefined` when it is blank. Throws for a text without an id. */
export const readIds = (label: string, value: unknown): string[] | undefined => {
  const ids = new Set(textsIn(value).flatMap((text) => idsIn(label, text)));
  return ids.size === 0 ? undefined : [...ids];
};

/** The one id in a field that must be filled in. It may stand in a link or in capitals. */
export const readId = (label: string, value: unknown): string => {
  const [id, ...others] = readIds(label, value) ?? [];
  if (id === undefined) throw halted(`The field “${label}” is empty. Choose from the list, or map an ID into it.`);
  if (others.length === 0) return id;
  throw halted(`The field “${label}” holds ${others.length + 1} IDs, and only one can be used. Leave one in it.`);
};

const wordsIn = (value: unknown): string[] => [...new Set(textsIn(value).flatMap((text) => textsIn(text.split(','))))];

/** The words in a field that takes several, in capitals as Topo writes them; `undefined` when it is blank. */
export const readWords = (value: unknown): string[] | undefined => {
  const words = wordsIn(value).map((word) => word.toUpperCase());
  return words.length === 0 ? undefined : words;
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
