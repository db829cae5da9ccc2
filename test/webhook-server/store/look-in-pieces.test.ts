import { expect, test } from '@jest/globals';
import { lookInPieces } from '../../../webhook-server/store/flows/look-in-pieces.ts';

const rows = 1_000;

/** A list of numbers up to `length`, of which those in `wanted` are looked for. */
const listOf = (length: number, wanted: readonly number[]) => {
  let looks = 0;
  return {
    looks: () => looks,
    find: (limit: number, from: number | null = null, isWanted = () => true, mostRows?: number) =>
      lookInPieces<number, number>({
        limit,
        from,
        mostRows,
        isWanted,
        look: async (position, most) => {
          looks += 1;
          const begin = position ?? 0;
          const end = begin + rows;
          const found = wanted.filter((number) => number > begin && number <= end).slice(0, most);
          return { found, next: end < length ? end : null };
        },
      }),
  };
};

test('looks until it has found enough, and knows that there is more', async () => {
  const list = listOf(100_000, [500, 1_500, 2_500]);
  expect(await list.find(2)).toEqual({ items: [500, 1_500], hasMore: true, next: null });
  expect(list.looks()).toBe(3);
});

test('ends after twenty looks with what it has found, and says where to go on', async () => {
  const list = listOf(100_000, [500, 90_000]);
  expect(await list.find(10)).toEqual({ items: [500], hasMore: true, next: 20_000 });
  expect(list.looks()).toBe(20);
});

test('going on after the last item, or at next, meets the rest once', async () => {
  const list = listOf(100_000, [500, 90_000]);
  for (const from of [500, 20_000]) {
    const page = await list.find(10, from);
    expect(page.items).toEqual([90_000]);
    expect((await list.find(10, 90_000)).items).toEqual([]);
  }
});

test('looks to the end when it finds nothing, so that a page is empty only there', async () => {
  const list = listOf(100_000, []);
  expect(await list.find(10)).toEqual({ items: [], hasMore: false, next: null });
  expect(list.looks()).toBe(100);
});

test('ends after so many rows where the caller says how many, although it has found nothing, and says where to go on', async () => {
  const list = listOf(100_000, [90_000]);
  expect(await list.find(10, null, undefined, 3_000)).toEqual({ items: [], hasMore: true, next: 3_000 });
  expect(list.looks()).toBe(3);
  expect(await list.find(10, 88_500, undefined, 3_000)).toEqual({ items: [90_000], hasMore: true, next: 91_500 });
  expect(await list.find(10, 98_500, undefined, 3_000)).toEqual({ items: [], hasMore: false, next: null });
});

test('ends when nobody waits for it any more', async () => {
  const list = listOf(100_000, []);
  await list.find(10, null, () => list.looks() < 3);
  expect(list.looks()).toBe(3);
});
