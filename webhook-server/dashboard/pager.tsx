import { hrefOf } from './query.ts';

type PagerProps = { page: string; number: number; hasMore: boolean; filters?: Record<string, string | undefined> };

/** Links to the pages of a list before and after this one. */
export const Pager = ({ page, number, hasMore, filters = {} }: PagerProps) => {
  if (number === 1 && !hasMore) return null;
  return (
    <nav aria-label="Pages of the list">
      <ul>
        {number > 1 && (
          <li>
            <a href={hrefOf(page, { ...filters, page: number - 1 })}>Previous</a>
          </li>
        )}
        <li>Page {number}</li>
        {hasMore && (
          <li>
            <a href={hrefOf(page, { ...filters, page: number + 1 })}>Next</a>
          </li>
        )}
      </ul>
    </nav>
  );
};
