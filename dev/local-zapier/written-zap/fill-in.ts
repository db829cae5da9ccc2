import type { AppStep, InputField } from '../app-step.ts';
import { byLabel, type Given, lookUp } from './step-output.ts';
import { type Filled, nameOf, type WrittenStep } from './written-step.ts';

type Earlier = ReadonlyMap<number, Given>;

/** The fields of a step by key: what the app gets, and what stands there before Zapier puts in what was mapped. */
export type FilledIn = { inputData: Record<string, unknown>; inputDataRaw: Record<string, unknown> };

/** Zapier writes a list that lands in a text with commas, and nothing for what is not there. */
const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(textOf).join(',') : String(value);
};

/** What a field of another app holds, as text. */
export const fillText = (filled: Filled, earlier: Earlier): string =>
  filled.map((part) => (typeof part === 'string' ? part : textOf(lookUp(part, earlier)))).join('');

const rawOf = (filled: Filled): string =>
  filled.map((part) => (typeof part === 'string' ? part : `{{${part.step}__${part.label}}}`)).join('');

const switches = [
  { label: 'Yes', value: 'true' },
  { label: 'No', value: 'false' },
];

/** Where there is a list to choose from, words are the label of a choice. */
const choose = (words: string, { choices, isSwitch }: InputField): string => {
  const offered = isSwitch ? switches : choices;
  return offered.length === 0 ? words : byLabel(offered, words).value;
};

const contentOf = (filled: Filled, field: InputField, earlier: Earlier): unknown => {
  const [part, ...others] = filled;
  if (part === undefined) return field.isList ? [] : '';
  if (others.length > 0) return fillText(filled, earlier);
  if (typeof part === 'string') return choose(part, field);
  const value = lookUp(part, earlier);
  return field.isList && Array.isArray(value) ? value.map(textOf) : textOf(value);
};

const listed = (value: unknown, { isList }: InputField): unknown => (isList && !Array.isArray(value) ? [value] : value);

/**
 * Fills the fields of a step of the app, found by their labels; the others keep what usually stands there.
 *
 * @throws Error when the editor would not let somebody do this: a field or a choice that is not there, something of a
 * step that does not give it, or a required field that is left out.
 */
export const fillIn = (step: AppStep, written: WrittenStep, earlier: Earlier): FilledIn => {
  const filledIn: FilledIn = { inputData: {}, inputDataRaw: {} };
  const put = (field: InputField, value: unknown, raw: unknown) => {
    filledIn.inputData[field.key] = listed(value, field);
    filledIn.inputDataRaw[field.key] = listed(raw, field);
  };
  for (const field of step.inputFields) if (field.usual !== undefined) put(field, field.usual, field.usual);
  for (const { label, filled } of written.fields) {
    const field = byLabel(step.inputFields, label);
    const value = contentOf(filled, field, earlier);
    put(field, value, filled.every((part) => typeof part === 'string') ? value : rawOf(filled));
  }
  for (const { key, label, isRequired } of step.inputFields) {
    if (isRequired && !Object.hasOwn(filledIn.inputData, key)) {
      throw new Error(`“${nameOf(written)}” requires the field “${label}”.`);
    }
  }
  return filledIn;
};
