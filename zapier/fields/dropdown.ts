import type { PlainOutputField } from 'zapier-platform-core';

/** An option of a dynamic dropdown: the value of the field, and what people read. */
export type Choice = { id: string; label: string };

/** The output fields of an option. Zapier requires them of the hidden triggers that fill dropdowns, too. */
export const choiceOutputFields = (idLabel: string): PlainOutputField[] => [
  { key: 'id', label: idLabel, type: 'string', primary: true },
  { key: 'label', label: 'Description', type: 'string' },
];

/** The choices of a static dropdown: each value with its label. */
export const choicesOf = <Value extends string>(values: readonly Value[], labels: Record<Value, string>) =>
  values.map((value) => ({ value, sample: value, label: labels[value] }));
