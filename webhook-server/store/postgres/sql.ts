type Value = string | number | boolean | null | readonly (string | number | null)[];

export type Statement = { text: string; values: unknown[] };

/** PostgreSQL's text cannot hold a NUL. */
const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD');
  return Array.isArray(value) ? value.map(storable) : value;
};

/** A statement in which every `${value}` is a parameter; nothing of a value ever becomes part of the text. */
export const sql = (parts: TemplateStringsArray, ...values: Value[]): Statement => ({
  text: parts.reduce((text, part, index) => `${text}$${index}${part}`),
  values: values.map(storable),
});
