import type { Dialect } from '../sql.ts';

/** PostgreSQL's text cannot hold a NUL. */
const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD');
  return Array.isArray(value) ? value.map(storable) : value;
};

/** A list or a column of a table of parameters is one parameter: an array. */
export const dialect: Dialect = {
  bind: storable,
  placeholder: (position) => `$${position}`,
  json: (placeholder) => `${placeholder}::jsonb`,
  list: (operator, values, parameter) => `${operator === 'in' ? '= any' : '<> all'} (${parameter(values)}::text[])`,
  table({ alias, columns }, parameter) {
    const arrays = columns.map(({ type, values }) => `${parameter(values)}::${type}[]`);
    const names = columns.map(({ name }) => name);
    return `unnest(${arrays.join(', ')}) with ordinality as ${alias} (${[...names, 'position'].join(', ')})`;
  },
  phrases: {
    lock: 'for no key update',
    'lock free rows': 'for no key update skip locked',
    'byte order': 'collate "C"',
    'hook number': 'hook.seq',
    // The primary key has another order than this.
    'place in queue': '(seq + 0)',
  },
};
