import { quote } from '../wording/sanitize-message.ts';
import { halted } from '../zapier-error.ts';
import { listedTextsIn, refuseTooMany } from './texts-in.ts';

/** Topo's enum values look like this, including any that it may add. */
const enumValuePattern = /^[A-Z0-9_]{1,64}$/;
const maxEnumValues = 20;

const enumValueOf = (label: string, text: string): string => {
  const value = text.toUpperCase().replace(/[\s-]+/g, '_');
  if (enumValuePattern.test(value)) return value;
  throw halted(`The field “${label}” holds ${quote(text)}, which is none of its choices. Choose from the list.`);
};

/** Topo's enum values in a field that takes several, in capitals; `undefined` when it is blank. */
export const readEnumValues = (label: string, value: unknown): string[] | undefined => {
  const values = [...new Set(listedTextsIn(value).map((text) => enumValueOf(label, text)))];
  refuseTooMany(label, values, maxEnumValues);
  return values.length === 0 ? undefined : values;
};

/** Topo's one enum value in a field, in capitals; `undefined` when it is blank. */
export const readEnumValue = (label: string, value: unknown): string | undefined => {
  const [enumValue, ...others] = readEnumValues(label, value) ?? [];
  if (others.length === 0) return enumValue;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};
