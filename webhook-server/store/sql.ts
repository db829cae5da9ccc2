type Scalar = string | number | boolean | null;

/** A column of a table that a statement brings along: its type, and its value in each row. */
type Column<Item> = readonly [type: 'text' | 'bigint' | 'jsonb', read: (item: Item) => string | number | null];

/** A table as parameters; `rows` holds one list of values for each column. */
export type ParameterTable = {
  alias: string;
  columns: readonly { name: string; type: Column<never>[0]; values: readonly (string | number | null)[] }[];
};

/** What the databases say in different words. Each dialect has a text for every phrase. */
export type Phrase =
  /** Locks the rows of a `select` until the transaction ends. */
  | 'lock'
  /** The same, passing over rows that another transaction has locked. */
  | 'lock free rows'
  /** Sorts text by its bytes, whatever the language of the database. */
  | 'byte order'
  /** The column that numbers hooks in the order in which they were made. */
  | 'hook number'
  /** The `seq` of a delivery or an event that waits, as the index of those that wait has it. */
  | 'place in queue';

type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'value'; value: Scalar }
  | { kind: 'json'; json: string | null }
  | { kind: 'list'; operator: 'in' | 'not in'; values: readonly string[] }
  | { kind: 'table'; table: ParameterTable }
  | { kind: 'phrase'; phrase: Phrase };

/** A statement, or a part of one, in the words that SQLite and PostgreSQL share. */
export type Statement = { pieces: readonly Piece[] };

/** How a database writes what the two do not share. `parameter` binds a value and returns its placeholder. */
export type Dialect = {
  /** What a value becomes before it is bound. */
  bind(value: unknown): unknown;
  placeholder(position: number): string;
  json(placeholder: string): string;
  list(operator: 'in' | 'not in', values: readonly string[], parameter: (value: unknown) => string): string;
  table(table: ParameterTable, parameter: (value: unknown) => string): string;
  phrases: Record<Phrase, string>;
};

const isStatement = (value: Scalar | Statement): value is Statement => typeof value === 'object' && value !== null;

/** A statement in which every `${value}` is a parameter, or another statement; no value ever becomes part of the text. */
export const sql = (texts: TemplateStringsArray, ...values: (Scalar | Statement)[]): Statement => ({
  pieces: texts.flatMap((text, index): Piece[] => {
    const value = values[index];
    const piece: Piece = { kind: 'text', text };
    if (value === undefined) return [piece];
    return isStatement(value) ? [piece, ...value.pieces] : [piece, { kind: 'value', value }];
  }),
});

const single = (piece: Piece): Statement => ({ pieces: [piece] });

/** A text of our own as part of a statement, such as a list of columns. */
export const constant = (text: string): Statement => single({ kind: 'text', text });

/** A value as JSON, to be kept in a JSON column; null for `undefined`. */
export const json = (value: unknown): Statement =>
  single({ kind: 'json', json: value === undefined || value === null ? null : JSON.stringify(value) });

/** Follows a column: `id ${oneOf(ids)}`. */
export const oneOf = (values: readonly string[]): Statement => single({ kind: 'list', operator: 'in', values });
export const noneOf = (values: readonly string[]): Statement => single({ kind: 'list', operator: 'not in', values });

export const phrase = (name: Phrase): Statement => single({ kind: 'phrase', phrase: name });

/**
 * A table of parameters, one row for each item. Besides the given columns it has `position`, which counts the rows.
 *
 * ```ts
 * sql`update hook set … from ${tableOf('used', hooks, { hook_id: ['text', ({ hookId }) => hookId] })} where …`
 * ```
 */
export const tableOf = <Item>(
  alias: string,
  items: readonly Item[],
  columns: Record<string, Column<NoInfer<Item>>>,
): Statement =>
  single({
    kind: 'table',
    table: {
      alias,
      columns: Object.entries(columns).map(([name, [type, read]]) => ({
        name,
        type,
        values: items.map((item) => read(item)),
      })),
    },
  });

const joined = (conditions: readonly Statement[], word: string): Piece[] =>
  conditions.flatMap(({ pieces }, index) =>
    index === 0 ? pieces : [{ kind: 'text' as const, text: word }, ...pieces],
  );

/** All of these conditions. */
export const allOf = (conditions: readonly Statement[]): Statement => ({ pieces: joined(conditions, ' and ') });

/** All of these assignments of an `update`. */
export const assignments = (all: readonly Statement[]): Statement => ({ pieces: joined(all, ', ') });

/** At least one of these conditions. */
export const anyOf = (conditions: readonly Statement[]): Statement => ({
  pieces: [{ kind: 'text', text: '(' }, ...joined(conditions, ' or '), { kind: 'text', text: ')' }],
});

/** The statement as a database takes it: its text, and the values of its parameters in order. */
export const compile = ({ pieces }: Statement, dialect: Dialect): { text: string; values: unknown[] } => {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => dialect.placeholder(values.push(dialect.bind(value)));
  const write = (piece: Piece): string => {
    switch (piece.kind) {
      case 'text':
        return piece.text;
      case 'value':
        return parameter(piece.value);
      case 'json':
        return dialect.json(parameter(piece.json));
      case 'list':
        return dialect.list(piece.operator, piece.values, parameter);
      case 'table':
        return dialect.table(piece.table, parameter);
      case 'phrase':
        return dialect.phrases[piece.phrase];
    }
  };
  return { text: pieces.map(write).join(''), values };
};
