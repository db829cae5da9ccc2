import * as z from 'zod';

/** The query parameters of every list that comes in pages: `limit` items, starting after the item with the id `before`. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, { error: 'Expected a number from 1 to 100.', abort: true })
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, { error: 'Expected a number from 1 to 100.' })
    .default(20),
  before: z.string().min(1).max(100).optional(),
};
