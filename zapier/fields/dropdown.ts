import type { PlainOutputField } from 'zapier-platform-core';

/** One line of a dropdown: what goes into the field, and what people read. */
export type Choice = { id: string; label: string };

/** The fields of a choice. Zapier wants them of the hidden triggers that fill dropdowns, too. */
export const choiceOutputFields = (idLabel: string): PlainOutputField[] => [
  { key: 'id', label: idLabel, type: 'string', primary: true },
  { key: 'label', label: 'Description', type: 'string' },
];

/** The choices of a field with a closed list: each value with its label. */
export const choicesOf = <Value extends string>(values: readonly Value[], labels: Record<Value, string>) =>
  values.map((value) => ({ value, sample: value, label: labels[value] }));
