import { textsIn } from './texts-in.ts';

/** A choice of a field: its value, and the label that people read. */
export type LabelledValue<Value extends string = string> = { value: Value; label: string };

/** An entry of a field, and the choice that it means: by value or by label, `undefined` if neither. */
export type Entry<Value extends string> = { text: string; value: Value | undefined };

/** Capitals, spaces and the form of an apostrophe make no difference. */
const plain = (text: string): string => text.trim().toLowerCase().replace(/\s+/g, ' ').replaceAll('’', "'");

const meaningOf = <Value extends string>(text: string, choices: readonly LabelledValue<Value>[]): Value | undefined => {
  const wanted = plain(text);
  return choices.find(({ value, label }) => plain(value) === wanted || plain(label) === wanted)?.value;
};

const partsOf = (text: string): string[] => text.split(',');

/** The entry that begins with the first of these parts, and how many it takes: a label may hold commas of its own. */
const firstEntry = <Value extends string>(
  parts: readonly string[],
  choices: readonly LabelledValue<Value>[],
): { entry: Entry<Value>; length: number } => {
  for (let { length } = parts; length > 0; length -= 1) {
    const text = parts.slice(0, length).join(',').trim();
    const value = meaningOf(text, choices);
    if (value !== undefined) return { entry: { text, value }, length };
  }
  return { entry: { text: parts[0]?.trim() ?? '', value: undefined }, length: 1 };
};

const entriesOf = <Value extends string>(text: string, choices: readonly LabelledValue<Value>[]): Entry<Value>[] => {
  const parts = partsOf(text);
  const longest = Math.max(1, ...choices.map(({ label }) => partsOf(label).length));
  const entries: Entry<Value>[] = [];
  let position = 0;
  while (position < parts.length) {
    const { entry, length } = firstEntry(parts.slice(position, position + longest), choices);
    entries.push(entry);
    position += length;
  }
  return entries.filter((entry) => entry.text !== '');
};

/** The entries of a field with choices, also separated by commas; none when it is blank. */
export const recognizeChoices = <Value extends string>(
  value: unknown,
  choices: readonly LabelledValue<Value>[],
): Entry<Value>[] => textsIn(value).flatMap((text) => entriesOf(text, choices));

/** The choices in the words of the list that people choose from: `“Hot”, “Today” or “Extra”`. */
export const inLabels = (choices: readonly LabelledValue[]): string =>
  new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(choices.map(({ label }) => `“${label}”`));
