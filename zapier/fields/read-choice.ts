import { halted } from '../zapier-error.ts';
import { listedTextsIn } from './texts-in.ts';

const choose = <Choice extends string>(label: string, text: string, choices: readonly Choice[]): Choice => {
  const chosen = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (chosen !== undefined) return chosen;
  throw halted(`The field “${label}” takes ${choices.join(', ')} and nothing else. Choose from the list.`);
};

/** The choices in a field that takes several from a closed list; `undefined` when it is blank. */
export const readChoices = <Choice extends string>(
  label: string,
  value: unknown,
  choices: readonly Choice[],
): Choice[] | undefined => {
  const chosen = listedTextsIn(value).map((text) => choose(label, text, choices));
  return chosen.length === 0 ? undefined : chosen;
};

/** The choice in a field that takes one from a closed list; `undefined` when it is blank. */
export const readChoice = <Choice extends string>(
  label: string,
  value: unknown,
  choices: readonly Choice[],
): Choice | undefined => {
  const [chosen, ...others] = readChoices(label, value, choices) ?? [];
  if (others.length === 0) return chosen;
  throw halted(`The field “${label}” takes one choice, and it holds ${others.length + 1}.`);
};
