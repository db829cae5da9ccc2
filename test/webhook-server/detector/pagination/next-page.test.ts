import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextPage, type Paging } from '../../../../webhook-server/detector/pagination/next-page.ts';
import type { PageStep } from '../../../../webhook-server/detector/pagination/page-step.ts';
import { pageFrom } from '../../../../webhook-server/detector/pagination/page-window.ts';
import type { Cursor } from '../../../../webhook-server/store/work-store.ts';

type Row = { id: number; key: number; isUnusable?: boolean };

/** A list as Topo gives it: sorted, equal keys in any order, read by page number and size. */
const createList = (
  keys: readonly number[],
  random: () => number,
  isUnusable: (id: number) => boolean = () => false,
) => {
  let rows: Row[] = keys.map((key, id) => ({ id, key, isUnusable: isUnusable(id) }));
  return {
    /** Deletes rows, at most `count` of them. */
    remove(count: number) {
      for (let left = count; left > 0 && rows.length > 0; left -= 1) {
        const doomed = Math.floor(random() * rows.length);
        rows = rows.filter((_row, index) => index !== doomed);
      }
    },
    ids: () => rows.map(({ id }) => id),
    add(row: Row) {
      rows.push(row);
    },
    read(offset: number) {
      const window = pageFrom(offset);
      const sorted = rows
        .map((row) => ({ row, tie: random() }))
        .sort((a, b) => a.row.key - b.row.key || a.tie - b.tie)
        .map(({ row }) => row);
      const shown = sorted.slice(window.offset, window.offset + window.size);
      const items = shown.filter(({ isUnusable }) => isUnusable !== true);
      const keys = shown.map(({ key, isUnusable }) => (isUnusable === true ? null : key));
      const hasMore = window.offset + window.size < rows.length;
      return { window, items, facts: { window, keys, totalCount: rows.length, hasMore } };
    },
  };
};

type List = ReturnType<typeof createList>;

/** Reads the whole list, letting something happen to it between any two requests. */
const readAll = (list: List, paging: Paging, meanwhile: () => void) => {
  const seen = new Set<number>();
  const keyOf = new Map<number, number>();
  const countAt = (key: number) => [...keyOf.values()].filter((one) => one === key).length;
  let requests = 0;
  let cursor: Cursor | null = null;
  let offset = 0;
  for (;;) {
    requests += 1;
    if (requests > 1000) throw new Error('The scan does not end.');
    const { items, facts } = list.read(offset);
    const next = nextPage(facts, cursor, paging);
    meanwhile();
    for (const { id, key } of items) {
      seen.add(id);
      keyOf.set(id, key);
    }
    const step: PageStep =
      next.kind === 'count' ? (countAt(next.key) >= next.expected ? next.whenAll : next.whenSome) : next;
    if (step.kind === 'complete') return { seen, requests };
    cursor = step.cursor;
    offset = cursor.offset;
  }
};

const seeded = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

const list = fc.record({
  size: fc.integer({ min: 0, max: 700 }),
  tie: fc.integer({ min: 1, max: 12 }),
  seed: fc.integer(),
  deletions: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }),
});

const keysOf = ({ size, tie }: { size: number; tie: number }) =>
  Array.from({ length: size }, (_, index) => Math.floor(index / tie));

test.each<[Paging]>([['overlapping'], ['adjacent']])(
  'with %s pages every row that stays is read, whatever is deleted meanwhile and however ties are ordered',
  (paging) => {
    fc.assert(
      fc.property(list, ({ size, tie, seed, deletions }) => {
        const random = seeded(seed);
        const topo = createList(keysOf({ size, tie }), random);
        const left = [...deletions];
        const { seen } = readAll(topo, paging, () => topo.remove(left.shift() ?? 0));
        expect(topo.ids().filter((id) => !seen.has(id))).toEqual([]);
      }),
      { numRuns: 400, seed: 1 },
    );
  },
);

const unusableRows = fc.record({
  from: fc.integer({ min: 0, max: 700 }),
  count: fc.integer({ min: 0, max: 400 }),
  oneIn: fc.integer({ min: 2, max: 40 }),
});

test.each<[Paging]>([['overlapping'], ['adjacent']])(
  'with %s pages every row that can be used is read, however many cannot be used and wherever they lie',
  (paging) => {
    fc.assert(
      fc.property(
        list,
        unusableRows,
        fc.boolean(),
        ({ size, tie, seed, deletions }, { from, count, oneIn }, deletes) => {
          const random = seeded(seed);
          // Such a block begins and ends between two timestamps, as when a database sorts what has none.
          const inBlock = (key: number) => key >= from / tie && key < (from + count) / tie;
          const isUnusable = (id: number) => inBlock(Math.floor(id / tie)) || id % oneIn === 1;
          const topo = createList(keysOf({ size, tie }), random, isUnusable);
          const left = deletes ? [...deletions] : [];
          const { seen } = readAll(topo, paging, () => topo.remove(left.shift() ?? 0));
          expect(topo.ids().filter((id) => !isUnusable(id) && !seen.has(id))).toEqual([]);
        },
      ),
      { numRuns: 400, seed: 3, endOnFailure: true },
    );
  },
);

test('overlapping pages lose nothing when as many rows are added at the end as are deleted', () => {
  fc.assert(
    fc.property(list, ({ size, tie, seed, deletions }) => {
      const random = seeded(seed);
      const topo = createList(keysOf({ size, tie }), random);
      const original = new Set(topo.ids());
      const left = [...deletions];
      let nextId = size;
      const { seen } = readAll(topo, 'overlapping', () => {
        const count = left.shift() ?? 0;
        topo.remove(count);
        for (let added = 0; added < count; added += 1) {
          topo.add({ id: nextId, key: 1_000_000 + nextId });
          nextId += 1;
        }
      });
      expect(topo.ids().filter((id) => original.has(id) && !seen.has(id))).toEqual([]);
    }),
    { numRuns: 400, seed: 2 },
  );
});

test.each([0, 1, 99, 100, 101, 250, 500, 1000, 5000])(
  'adjacent pages of %i rows with distinct keys cost one request for each hundred, and one more at most',
  (size) => {
    const topo = createList(keysOf({ size, tie: 1 }), seeded(1));
    const { requests } = readAll(topo, 'adjacent', () => {});
    expect(requests).toBeLessThanOrEqual(Math.floor(size / 100) + 1);
  },
);

test('overlapping pages cost at most a fifth more', () => {
  const topo = createList(keysOf({ size: 20_000, tie: 1 }), seeded(1));
  expect(readAll(topo, 'overlapping', () => {}).requests).toBeLessThanOrEqual(240);
});

test.each<[Paging, number]>([
  ['overlapping', 350],
  ['adjacent', 350],
  ['overlapping', 2_000],
  ['adjacent', 2_000],
])('with %s pages %i rows that share one timestamp are all read, in whatever order they come', (paging, size) => {
  const sameKey = (count: number, key: number) => Array.from({ length: count }, () => key);
  for (const [before, after] of [
    [50, 50],
    [0, 150],
    [150, 0],
    [0, 0],
  ] as const) {
    const keys = [
      ...Array(before).keys(),
      ...sameKey(size, 1_000),
      ...[...Array(after).keys()].map((key) => 2_000 + key),
    ];
    const topo = createList(keys, seeded(size + before));
    const { seen, requests } = readAll(topo, paging, () => {});
    expect(topo.ids().filter((id) => !seen.has(id))).toEqual([]);
    expect(requests).toBeLessThan((size / 100) * 20 + 10);
  }
});

test('rows that share one timestamp are read in one pass where their order does not change', () => {
  const topo = createList(Array(1_000).fill(1), () => 0);
  expect(readAll(topo, 'adjacent', () => {}).requests).toBeLessThanOrEqual(12);
});

test('a page begins at or before the requested offset, and is never larger than Topo allows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (offset) => {
      const { page, size, offset: begin } = pageFrom(offset);
      expect(begin).toBe((page - 1) * size);
      expect(begin).toBeLessThanOrEqual(offset);
      expect(begin + size).toBeGreaterThan(offset);
      expect(size).toBeLessThanOrEqual(100);
    }),
  );
});
