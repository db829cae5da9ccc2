import { halted } from '../zapier-error.ts';
import { type Entry, inLabels, type LabelledValue, recognizeChoices } from './recognize-choices.ts';

const chosenOf = <Value extends string>(
  label: string,
  { value }: Entry<Value>,
  choices: readonly LabelledValue<Value>[],
): Value => {
  if (value !== undefined) return value;
  throw halted(`The field “${label}” takes ${inLabels(choices)} and nothing else. Choose from the list.`);
};

/** The choices in a field that takes several from a closed list, by value or by label; `undefined` when it is blank. */
export const readChoices = <Value extends string>(
  label: string,
  value: unknown,
  choices: readonly LabelledValue<Value>[],
): Value[] | undefined => {
  const chosen = recognizeChoices(value, choices).map((entry) => chosenOf(label, entry, choices));
  return chosen.length === 0 ? undefined : [...new Set(chosen)];
};

/** The choice in a field that takes one from a closed list, by value or by label; `undefined` when it is blank. */
export const readChoice = <Value extends string>(
  label: string,
  value: unknown,
  choices: readonly LabelledValue<Value>[],
): Value | undefined => {
  const [chosen, ...others] = readChoices(label, value, choices) ?? [];
  if (others.length === 0) return chosen;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};
