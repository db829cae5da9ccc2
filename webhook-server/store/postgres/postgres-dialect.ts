import type { Dialect, ParameterTable } from '../sql.ts';

/** PostgreSQL's text cannot hold a NUL. */
const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD');
  return Array.isArray(value) ? value.map(storable) : value;
};

type Bind = (value: unknown) => string;

const arraysOf = ({ alias, columns }: ParameterTable, parameter: Bind): string => {
  const arrays = columns.map(({ type, values }) => `${parameter(values)}::${type}[]`);
  const names = columns.map(({ name }) => name);
  return `unnest(${arrays.join(', ')}) with ordinality as ${alias} (${[...names, 'position'].join(', ')})`;
};

const oneRowOf = ({ alias, columns }: ParameterTable, parameter: Bind): string => {
  const values = columns.map(({ name, type, values: [value] }) => `${parameter(value)}::${type} as ${name}`);
  return `(select ${[...values, 'cast(1 as bigint) as position'].join(', ')}) as ${alias}`;
};

/** So many values of a list are written one by one: a change tells of two people. */
const mostWritten = 2;

/**
 * A list, or a column of a table of parameters, is one parameter: an array. PostgreSQL plans for its length, and so anew each
 * time, which takes longer than to run most statements. Few values and the single row, as most are, are parameters of their
 * own: one plan is good for them all.
 */
export const dialect: Dialect = {
  bind: storable,
  placeholder: (position) => `$${position}`,
  json: (placeholder) => `${placeholder}::jsonb`,
  list(operator, values, parameter) {
    if (values.length > 0 && values.length <= mostWritten) {
      return `${operator} (${values.map((value) => `${parameter(value)}::text`).join(', ')})`;
    }
    return `${operator === 'in' ? '= any' : '<> all'} (${parameter(values)}::text[])`;
  },
  table: (table, parameter) =>
    table.columns[0]?.values.length === 1 ? oneRowOf(table, parameter) : arraysOf(table, parameter),
  phrases: {
    lock: 'for no key update',
    'lock free rows': 'for no key update skip locked',
    'byte order': 'collate "C"',
    'hook number': 'hook.seq',
    // The primary key has another order than this.
    'place in queue': '(seq + 0)',
  },
};
