import { quote } from '../wording/sanitize-message.ts';
import { halted } from '../zapier-error.ts';
import { refuseTooMany, textsIn } from './texts-in.ts';

const valuesIn = (value: unknown): string[] => [...new Set(textsIn(value).flatMap((text) => textsIn(text.split(','))))];

/** Topo's enum values look like this, including any that it may add. */
const enumValuePattern = /^[A-Z0-9_]{1,64}$/;
const maxEnumValues = 20;

const enumValueOf = (label: string, text: string): string => {
  const word = text.toUpperCase().replace(/[\s-]+/g, '_');
  if (enumValuePattern.test(word)) return word;
  throw halted(`The field “${label}” holds ${quote(text)}, which is none of its choices. Choose from the list.`);
};

/** Topo's enum values in a field that takes several, in capitals; `undefined` when it is blank. */
export const readEnumValues = (label: string, value: unknown): string[] | undefined => {
  const words = [...new Set(valuesIn(value).map((word) => enumValueOf(label, word)))];
  refuseTooMany(label, words, maxEnumValues);
  return words.length === 0 ? undefined : words;
};

/** Topo's one enum value in a field, in capitals; `undefined` when it is blank. */
export const readEnumValue = (label: string, value: unknown): string | undefined => {
  const [word, ...others] = readEnumValues(label, value) ?? [];
  if (others.length === 0) return word;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};

const choose = <Choice extends string>(label: string, word: string, choices: readonly Choice[]): Choice => {
  const chosen = choices.find((choice) => choice.toLowerCase() === word.toLowerCase());
  if (chosen !== undefined) return chosen;
  throw halted(`The field “${label}” takes ${choices.join(', ')} and nothing else. Choose from the list.`);
};

/** The choices in a field that takes several from a closed list; `undefined` when it is blank. */
export const readChoices = <Choice extends string>(
  label: string,
  value: unknown,
  choices: readonly Choice[],
): Choice[] | undefined => {
  const chosen = valuesIn(value).map((word) => choose(label, word, choices));
  return chosen.length === 0 ? undefined : chosen;
};

/** The choice in a field that takes one from a closed list; `undefined` when it is blank. */
export const readChoice = <Choice extends string>(
  label: string,
  value: unknown,
  choices: readonly Choice[],
): Choice | undefined => {
  const [chosen, ...others] = readChoices(label, value, choices) ?? [];
  if (others.length === 0) return chosen;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};
