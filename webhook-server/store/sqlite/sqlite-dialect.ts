import type { Dialect } from '../sql.ts';

/** JSON knows no lone surrogates, and SQLite ends a text of JSON at a NUL: PostgreSQL can hold neither. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

const bind = (value: unknown): unknown => {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' ? storable(value) : value;
};

const inJson = (values: readonly unknown[]): string => JSON.stringify(values.map(bind));

/** A list or a table of parameters is one parameter: its JSON, taken apart by SQLite. */
export const dialect: Dialect = {
  bind,
  // Where a parameter stands alone SQLite may plan for its value, and then prepares the statement anew each time that it is
  // bound, which often takes longer than all the rest. The sign changes nothing else, not even of a text.
  placeholder: () => '+?',
  json: (placeholder) => placeholder,
  list: (operator, values, parameter) => `${operator} (select value from json_each(${parameter(inJson(values))}))`,
  table({ alias, columns }, parameter) {
    const [first] = columns;
    const rows = (first?.values ?? []).map((_, row) => columns.map(({ values }) => bind(values[row] ?? null)));
    const selected = columns.map(({ name }, index) => `value ->> ${index} as ${name}`);
    return `(select key as position, ${selected.join(', ')} from json_each(${parameter(JSON.stringify(rows))})) as ${alias}`;
  },
  phrases: {
    // One transaction at a time: whoever runs has locked everything.
    lock: '',
    'lock free rows': '',
    // Text is compared by its bytes unless a column says otherwise.
    'byte order': '',
    // The table of hooks has no number of its own.
    'hook number': 'hook.rowid',
    'place in queue': 'seq',
  },
};
