import * as z from 'zod';

/** An item of a list that cannot be used: its place on the page, counted from 0, and its id if it has one. */
export type UnusableItem = { index: number; id: string | null };

const WithId = z.looseObject({ id: z.string().min(1).max(100) });

const readItems = <Item extends z.ZodType>(item: Item, values: readonly unknown[]) => {
  const items: z.output<Item>[] = [];
  const unusable: UnusableItem[] = [];
  for (const [index, value] of values.entries()) {
    const parsed = item.safeParse(value);
    if (parsed.success) items.push(parsed.data);
    else unusable.push({ index, id: WithId.safeParse(value).data?.id ?? null });
  }
  return { items, unusable };
};

/**
 * The envelope of every list in Topo's API (docs.topo.io, Pagination). Pages are numbered from 1. Each item is parsed by
 * itself: one that Topo returns malformed is `unusable` and leaves the others as they are.
 */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .looseObject({
      items: z.array(z.unknown()),
      total_count: z.number().int().nonnegative(),
      total_pages: z.unknown(),
      has_more: z.boolean(),
    })
    .transform(({ items, total_count, has_more }) => ({ ...readItems(item, items), total_count, has_more }));

/** The maximum size of a page. */
export const largestPage = 100;
