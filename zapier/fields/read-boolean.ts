import { halted } from '../zapier-error.ts';

const words: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  invalidFields: false,
  0: false,
};

/** A list of one is that one; what is no word at all is `undefined`. */
const wordIn = (value: unknown): string | undefined => {
  const [only = '', ...others] = Array.isArray(value) ? value : [value ?? ''];
  return others.length > 0 || typeof only === 'object' ? undefined : String(only).trim().toLowerCase();
};

/** What a yes-or-no field says, however an earlier step wrote it; `undefined` when it is blank. */
export const readBoolean = (label: string, value: unknown): boolean | undefined => {
  const word = wordIn(value);
  if (word === '') return undefined;
  const choice = word !== undefined && Object.hasOwn(words, word) ? words[word] : undefined;
  if (choice !== undefined) return choice;
  throw halted(`The field “${label}” takes yes or no and nothing else. Choose from the list.`);
};
