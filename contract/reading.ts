import * as z from 'zod';

/**
 * A time in which the workspace was read as it should be, or was not: a `gap`, with the `reason`. `polls` counts how often
 * Topo was asked, and how that went: in it, and in what was alike around it, where it is a part of a longer time.
 */
export const ReadingSpan = z.object({
  since: z.string(),
  until: z.string(),
  state: z.enum(['well', 'gap']),
  reason: z.string().nullable(),
  polls: z.object({ well: z.number().int(), failed: z.number().int(), limited: z.number().int() }),
});
export type ReadingSpan = z.infer<typeof ReadingSpan>;

/** The response of `GET /readings`: the spans follow each other, oldest first, and the last ends now at the latest. */
export const Readings = z.object({ items: z.array(ReadingSpan) });
export type Readings = z.infer<typeof Readings>;
