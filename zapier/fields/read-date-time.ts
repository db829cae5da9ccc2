import { microseconds } from '../../topo/microseconds.ts';
import { halted } from '../zapier-error.ts';
import { textsIn } from './texts-in.ts';

/** `Date.parse` alone takes “task 12” for a day in December 2001. */
const isoDate = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/** A date and time, in microseconds since 1970; `undefined` when the field is blank. */
export const readDateTime = (label: string, value: unknown): number | undefined => {
  const [text, ...others] = textsIn(value);
  if (text === undefined) return undefined;
  if (others.length === 0 && isoDate.test(text) && !Number.isNaN(Date.parse(text))) return microseconds(text);
  throw halted(`The field “${label}” takes a date and time such as 2026-03-04T14:30:00Z.`);
};
