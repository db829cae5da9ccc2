/** The choices of a dropdown: each value of a closed list with what people call it. */
export const choicesOf = <Value extends string>(values: readonly Value[], labels: Record<Value, string>) =>
  values.map((value) => ({ value, sample: value, label: labels[value] }));
