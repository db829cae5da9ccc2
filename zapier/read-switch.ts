import { halted } from './zapier-error.ts';

const words: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** What a yes-or-no field says, however an earlier step wrote it; `undefined` when it is blank. */
export const readSwitch = (label: string, value: unknown): boolean | undefined => {
  const word = String(value ?? '')
    .trim()
    .toLowerCase();
  if (word === '') return undefined;
  const choice = Object.hasOwn(words, word) ? words[word] : undefined;
  if (choice !== undefined) return choice;
  throw halted(`The field “${label}” takes yes or no and nothing else. Choose from the list.`);
};
