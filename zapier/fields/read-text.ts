import { halted } from '../zapier-error.ts';
import { textsIn } from './texts-in.ts';

/** The one text in a field; `undefined` when it is blank. */
export const readText = (label: string, value: unknown): string | undefined => {
  const [text, ...others] = new Set(textsIn(value));
  if (others.length === 0) return text;
  throw halted(`The field “${label}” holds ${others.length + 1} texts, and only one can be used. Leave one in it.`);
};
