import { largestPage } from '../../../topo/list.ts';

/** A page of a list: `page` counts from 1, and `offset` rows lie before it. */
export type PageWindow = { page: number; size: number; offset: number };

const windowOf = (size: number, offset: number): PageWindow => {
  const page = Math.floor(offset / size) + 1;
  return { page, size, offset: (page - 1) * size };
};

const sizes = Array.from({ length: largestPage }, (_, index) => largestPage - index);

/**
 * The page that reaches furthest of those that begin at or before an offset. Topo numbers its pages, so a page begins at
 * a multiple of its size: to begin elsewhere, choose another size.
 *
 * @param mostRows has no more rows than this.
 * @example pageFrom(98) // { page: 2, size: 98, offset: 98 }
 */
export const pageFrom = (offset: number, mostRows = largestPage): PageWindow =>
  sizes
    .filter((size) => size <= mostRows)
    .map((size) => windowOf(size, offset))
    .reduce((best, next) => (next.offset + next.size > best.offset + best.size ? next : best));
