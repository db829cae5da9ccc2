import { halted } from '../zapier-error.ts';
import { textsIn } from './texts-in.ts';

/** A whole number within bounds, also one that an earlier step wrote as `200.0`; `undefined` when the field is blank. */
export const readInteger = (label: string, value: unknown, min: number, max: number): number | undefined => {
  const [text, ...others] = textsIn(value);
  if (text === undefined) return undefined;
  const number = /^\d{1,9}(?:\.0+)?$/.test(text) ? Number(text) : Number.NaN;
  if (others.length === 0 && number >= min && number <= max) return number;
  throw halted(`The field “${label}” takes a whole number from ${min} to ${max}.`);
};
