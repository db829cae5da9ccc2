import * as z from 'zod';

/** The envelope of every list in Topo's API (docs.topo.io, Pagination). Pages are numbered from 1. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.looseObject({
    items: z.array(item),
    total_count: z.number().int().nonnegative(),
    total_pages: z.number().int().nonnegative(),
    has_more: z.boolean(),
  });

/** The maximum size of a page. */
export const largestPage = 100;
