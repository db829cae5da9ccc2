import { validationIssue } from '../api-issue.ts';
import { type Instant, parseInstant } from '../timestamp.ts';

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a uuid of any case and returns it in lower case; throws a 400 that names the field. */
export const readUuid = (field: string, value: unknown): string => {
  if (value === undefined) throw validationIssue(field, 'is required');
  if (typeof value !== 'string' || !uuidForm.test(value)) throw validationIssue(field, 'must be a uuid');
  return value.toLowerCase();
};

/** Reads one of `words`; throws a 400 that names the field. */
export const readWord = <Word extends string>(field: string, value: unknown, words: readonly Word[]): Word => {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw validationIssue(field, `must be one of ${words.join(', ')}`);
  return word;
};

/** Reads a whole number in decimal digits; throws a 400 that names the field. */
export const readInteger = (field: string, value: string, lowest: number, highest: number): number => {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= lowest && number <= highest) return number;
  const range = highest === Number.MAX_SAFE_INTEGER ? `at least ${lowest}` : `from ${lowest} to ${highest}`;
  throw validationIssue(field, `must be a whole number ${range}`);
};

/** Reads an ISO 8601 date, with or without time; throws a 400 that names the field. */
export const readInstant = (field: string, value: string): Instant => {
  const instant = parseInstant(value);
  if (instant === undefined) throw validationIssue(field, 'must be an ISO 8601 date');
  return instant;
};

/** Reads a parameter that may be given once; returns `undefined` when it is absent. */
export const readParameter = <Value>(
  query: URLSearchParams,
  field: string,
  read: (field: string, value: string) => Value,
): Value | undefined => {
  const [value, ...others] = query.getAll(field);
  if (others.length > 0) throw validationIssue(field, 'may be given only once');
  return value === undefined ? undefined : read(field, value);
};

/** Reads a parameter that may be repeated; returns `undefined` when it is absent. */
export const readParameters = <Value>(
  query: URLSearchParams,
  field: string,
  read: (field: string, value: string) => Value,
): readonly Value[] | undefined => {
  const values = query.getAll(field);
  return values.length === 0 ? undefined : values.map((value) => read(field, value));
};

/** Reads a JSON object; throws a 400. */
export const readObject = (value: unknown): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationIssue('body', 'must be a JSON object');
  }
  return { ...value };
};
