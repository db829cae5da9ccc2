import type * as z from 'zod';
import { HttpError } from './errors/http-error.ts';

/** An unknown field's name may be as long as a whole body. */
const maxFieldCharacters = 200;

const fieldOf = (issue: z.core.$ZodIssue): string => {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
  return path.map(String).join('.').slice(0, maxFieldCharacters);
};

const ended = (text: string): string => text.replace(/\.?$/, '.');

/** What is wrong with a value as a whole. `subject` begins the sentence, such as “The body”. */
export const explainWhole = (issue: z.core.$ZodIssue, subject: string): string => {
  if (issue.code === 'invalid_type' && issue.expected === 'array') return `${subject} must be a JSON list.`;
  if (issue.code === 'invalid_type' && issue.expected === 'object') return `${subject} must be a JSON object.`;
  if (issue.code === 'too_small' && issue.origin === 'array') return 'The list is empty. Send at least one.';
  if (issue.code === 'too_big' && issue.origin === 'array') {
    return `The list is too long. Send at most ${issue.maximum}.`;
  }
  return `${subject} is not usable. ${ended(issue.message)}`;
};

const explain = (issue: z.core.$ZodIssue, field: string): string => {
  if (issue.code === 'unrecognized_keys')
    return `“${field}” is not a known field. Check its spelling, or leave it out.`;
  if (field === '') return explainWhole(issue, 'The body');
  return `“${field}” is not usable. ${ended(issue.message)}`;
};

/**
 * Parses what a caller sent.
 *
 * @throws HttpError 400 naming the first field that is wrong.
 */
export const parseRequest = <Shape extends z.ZodType>(shape: Shape, given: unknown): z.output<Shape> => {
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw new HttpError(400, 'invalid_request', 'The request is not usable.');
  const field = fieldOf(issue);
  throw new HttpError(400, 'invalid_request', explain(issue, field), field === '' ? {} : { field });
};
