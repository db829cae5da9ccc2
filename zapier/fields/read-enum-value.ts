import { quote } from '../wording/sanitize-message.ts';
import { halted } from '../zapier-error.ts';
import { type Entry, inLabels, type LabelledValue, recognizeChoices } from './recognize-choices.ts';
import { refuseTooMany } from './texts-in.ts';

/** Topo's enum values look like this, including any that it may add. */
const enumValuePattern = /^[A-Z0-9_]{1,64}$/;
const maxEnumValues = 20;

const enumValueOf = (label: string, { text, value }: Entry<string>, choices: readonly LabelledValue[]): string => {
  const enumValue = value ?? text.toUpperCase().replace(/[\s-]+/g, '_');
  if (enumValuePattern.test(enumValue)) return enumValue;
  throw halted(
    `The field “${label}” holds ${quote(text)}, which is none of its choices: ${inLabels(choices)}. Choose from the list.`,
  );
};

/**
 * Topo's enum values in a field that takes several, in capitals; `undefined` when it is blank. The choices are those that
 * we know, by value or by label, and Topo may have more.
 */
export const readEnumValues = (
  label: string,
  value: unknown,
  choices: readonly LabelledValue[],
): string[] | undefined => {
  const values = [...new Set(recognizeChoices(value, choices).map((entry) => enumValueOf(label, entry, choices)))];
  refuseTooMany(label, values, maxEnumValues);
  return values.length === 0 ? undefined : values;
};

/** Topo's one enum value in a field, in capitals; `undefined` when it is blank. */
export const readEnumValue = (label: string, value: unknown, choices: readonly LabelledValue[]): string | undefined => {
  const [enumValue, ...others] = readEnumValues(label, value, choices) ?? [];
  if (others.length === 0) return enumValue;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};
