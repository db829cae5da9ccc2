import type { Field } from './definition.ts';

/** A value at the end of a path, as output fields write paths: `task__id`, `changes[]task__id`. */
export type Leaf = { path: string; value: unknown };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Every value in an object, of every element of its lists. An empty list is a leaf: nobody knows what would be in it. The
 * elements of a list of texts or numbers have the path of the list.
 */
export const leavesOf = (value: unknown, path = ''): Leaf[] => {
  if (Array.isArray(value)) {
    if (value.length === 0) return [{ path, value }];
    return value.flatMap((one) => leavesOf(one, isObject(one) ? `${path}[]` : path));
  }
  if (!isObject(value)) return [{ path, value }];
  const separator = path === '' || path.endsWith('[]') ? '' : '__';
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${path}${separator}${key}`));
};

/** The paths of an object, each once. */
export const pathsOf = (value: unknown): string[] => [...new Set(leavesOf(value).map(({ path }) => path))].sort();

const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/;

/** A moment as Zapier wants it: ISO 8601, with its zone. */
const isMoment = (value: unknown): boolean =>
  typeof value === 'string' && isoMoment.test(value) && !Number.isNaN(Date.parse(value));

const fits: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  datetime: isMoment,
};

/** Whether a field is a list, or stands in it. */
const isIn = (list: string, { key }: Field): boolean => key === list || key.startsWith(`${list}[]`);

/** What is missing in a result, too much in it, or of another type than its output fields say; a sentence each. */
export const misfits = (fields: readonly Field[], result: unknown): string[] => {
  const leaves = leavesOf(result);
  const emptyLists = leaves.filter(({ value }) => Array.isArray(value)).map(({ path }) => path);
  const found = new Set(leaves.map(({ path }) => path));
  const known = new Map(fields.map((field) => [field.key, field]));

  const missing = fields.filter((field) => !found.has(field.key) && !emptyLists.some((list) => isIn(list, field)));
  const wrong = leaves.flatMap(({ path, value }) => {
    if (Array.isArray(value)) return fields.some((field) => isIn(path, field)) ? [] : [`${path} is no output field`];
    const field = known.get(path);
    if (field === undefined) return [`${path} is no output field`];
    const type = field.type ?? 'string';
    return value === null || fits[type]?.(value) === true ? [] : [`${path} is no ${type}`];
  });
  return [...new Set([...missing.map(({ key }) => `${key} is missing`), ...wrong])];
};

const looksLikeDate =
  /^\d{4}-\d\d?-\d\d?($|[T ])|^\d\d?[./-]\d\d?[./-]\d{2,4}\b|^([A-Z][a-z]{2}, )?\d\d? [A-Z][a-z]{2,8} \d{4}/;

const isClear = (text: string): boolean =>
  !looksLikeDate.test(text) || isMoment(text) || /^\d{4}-\d\d-\d\d$/.test(text);

/** The dates in a result that Zapier could read wrongly. */
export const unclearDates = (result: unknown): string[] =>
  leavesOf(result)
    .filter(({ value }) => typeof value === 'string' && !isClear(value))
    .map(({ path, value }) => `${path}: ${value}`);
