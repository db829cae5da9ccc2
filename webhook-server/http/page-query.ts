import * as z from 'zod';

const limit = z
  .string()
  .regex(/^\d{1,3}$/, { error: 'Expected a number from 1 to 100.', abort: true })
  .transform(Number)
  .refine((given) => given >= 1 && given <= 100, { error: 'Expected a number from 1 to 100.' });

/** A parameter that is given once is a list of one. */
export const listed = <Shape extends z.ZodType>(list: Shape) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), list).optional();

const id = z.string().min(1).max(100);

export const usualLimit = 20;

/** The query parameters of every list that comes in pages: `limit` items, starting after the item with the id `before`. */
export const pageQuery = { limit: limit.default(usualLimit), before: id.optional() };

/** The same for lists that come whole to callers that ask for no page, and let unknown parameters pass. */
export const optionalPage = { limit: limit.optional(), position: id.optional() };

/** A time in a query, as milliseconds since 1970. */
export const time = z.iso
  .datetime({ offset: true, error: 'Expected a time, such as 2026-03-02T09:00:00Z.' })
  .transform(Date.parse);
