import * as z from 'zod';

/** How many items of a list to answer: from 1 to 100, 20 unless told. */
export const PageLimit = z
  .string()
  .regex(/^\d{1,3}$/, { error: 'Expected a number from 1 to 100.', abort: true })
  .transform(Number)
  .refine((limit) => limit >= 1 && limit <= 100, { error: 'Expected a number from 1 to 100.' })
  .default(20);
