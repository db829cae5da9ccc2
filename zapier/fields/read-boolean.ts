import { halted } from '../zapier-error.ts';

const booleans: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** Unwraps a list of one; anything that is not a word is `undefined`. */
const wordIn = (value: unknown): string | undefined => {
  const [only = '', ...others] = Array.isArray(value) ? value : [value ?? ''];
  return others.length > 0 || typeof only === 'object' ? undefined : String(only).trim().toLowerCase();
};

/** The value of a yes-or-no field, in any spelling of earlier steps; `undefined` when it is blank. */
export const readBoolean = (label: string, value: unknown): boolean | undefined => {
  const word = wordIn(value);
  if (word === '') return undefined;
  const choice = word !== undefined && Object.hasOwn(booleans, word) ? booleans[word] : undefined;
  if (choice !== undefined) return choice;
  throw halted(`The field “${label}” takes yes or no and nothing else. Choose from the list.`);
};
