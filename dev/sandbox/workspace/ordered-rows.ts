/** Binary search: the position of the first row for which `isPast` holds, and then for all after it. */
export const findPosition = <Row>(rows: readonly Row[], isPast: (row: Row) => boolean): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row === undefined || isPast(row)) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** What rows are sorted by: a moment, or a text. */
export type SortKey = number | string;

/**
 * Rows sorted by a key, kept sorted as rows come and go, so that no request has to sort. Ties are ordered by id, so that
 * binary search finds a row again.
 */
export class OrderedRows<Row extends { readonly id: string }> {
  readonly #keyOf: (row: Row) => SortKey;
  #rows: Row[] = [];

  constructor(keyOf: (row: Row) => SortKey) {
    this.#keyOf = keyOf;
  }

  /** The rows in ascending order: not a copy. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  add(row: Row): void {
    this.#rows.splice(this.#positionOf(row), 0, row);
  }

  addAll(rows: readonly Row[]): void {
    this.#rows = this.#rows.concat(rows).sort((left, right) => this.#compare(left, right));
  }

  remove(row: Row): void {
    this.#rows.splice(this.#positionOf(row), 1);
  }

  /** Replaces `previous` with `next`, which may move. */
  replace(previous: Row, next: Row): void {
    const position = this.#positionOf(previous);
    if (this.#compare(previous, next) === 0) this.#rows[position] = next;
    else {
      this.#rows.splice(position, 1);
      this.add(next);
    }
  }

  #positionOf(row: Row): number {
    return findPosition(this.#rows, (other) => this.#compare(other, row) >= 0);
  }

  #compare(left: Row, right: Row): number {
    const [leftKey, rightKey] = [this.#keyOf(left), this.#keyOf(right)];
    if (leftKey !== rightKey) return leftKey < rightKey ? -1 : 1;
    return left.id < right.id ? -1 : Number(left.id > right.id);
  }
}
