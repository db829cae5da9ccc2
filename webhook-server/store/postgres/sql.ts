type Scalar = string | number | boolean | null;

/** A statement, or a part of one: the text around its parameters, and the parameters. */
export type Statement = { parts: readonly string[]; values: readonly unknown[] };

type Value = Scalar | readonly Scalar[] | Statement;

/** PostgreSQL's text cannot hold a NUL. */
const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD');
  return Array.isArray(value) ? value.map(storable) : value;
};

const isStatement = (value: Value): value is Statement =>
  typeof value === 'object' && value !== null && 'parts' in value;

const append = ({ parts, values }: Statement, value: Value, rest: string): Statement => {
  const last = parts.at(-1) ?? '';
  if (!isStatement(value)) return { parts: [...parts, rest], values: [...values, storable(value)] };
  const [first = '', ...others] = value.parts;
  const joined = [...parts.slice(0, -1), last + first, ...others];
  return {
    parts: [...joined.slice(0, -1), (joined.at(-1) ?? '') + rest],
    values: [...values, ...value.values],
  };
};

/** A statement in which every `${value}` is a parameter, or another statement; no value ever becomes part of the text. */
export const sql = (parts: TemplateStringsArray, ...values: Value[]): Statement =>
  values.reduce((statement: Statement, value, index) => append(statement, value, parts[index + 1] ?? ''), {
    parts: [parts[0] ?? ''],
    values: [],
  });

/** A text of our own as part of a statement, such as a list of columns. */
export const constant = (text: string): Statement => ({ parts: [text], values: [] });

/** The statement as PostgreSQL takes it, with its parameters numbered. */
export const queryOf = ({ parts, values }: Statement): { text: string; values: unknown[] } => ({
  text: parts.reduce((text, part, index) => `${text}$${index}${part}`),
  values: [...values],
});
