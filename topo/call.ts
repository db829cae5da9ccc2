import type * as z from 'zod';

export type Query = Record<string, string | number | readonly string[] | undefined>;

/**
 * One call of Topo's API as data. The Zapier app runs it with `z.request`, the webhook server with ky.
 *
 * `path` is relative to the base URL, has no leading slash, and its ids are already percent-encoded.
 * An array in `query` repeats its parameter; `undefined` omits it. `answer` is the shape of a 2xx body. `needs` is the
 * scope that the API key must have; without `needs`, any valid key will do.
 */
export type Call<Answer> = {
  method: 'GET' | 'PATCH' | 'POST' | 'DELETE';
  path: string;
  query?: Query;
  json?: unknown;
  needs?: string;
  answer: z.ZodType<Answer>;
};
