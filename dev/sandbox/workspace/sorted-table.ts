import type { OrderedRows } from './ordered-rows.ts';

/** Rows by id, and sorted in one or more orders. */
export class SortedTable<Row extends { readonly id: string }, Order extends string> {
  readonly #byId = new Map<string, Row>();
  readonly #orders: Readonly<Record<Order, OrderedRows<Row>>>;

  constructor(orders: Readonly<Record<Order, OrderedRows<Row>>>) {
    this.#orders = orders;
  }

  /** All rows by their ids: not a copy. */
  get byId(): ReadonlyMap<string, Row> {
    return this.#byId;
  }

  /** All rows in ascending order: not a copy. */
  inOrder(order: Order): readonly Row[] {
    return this.#orders[order].rows;
  }

  find(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  add(row: Row): void {
    this.#byId.set(row.id, row);
    for (const order of this.#eachOrder()) order.add(row);
  }

  /** Adds many rows with one sort. */
  addAll(rows: readonly Row[]): void {
    for (const row of rows) this.#byId.set(row.id, row);
    for (const order of this.#eachOrder()) order.addAll(rows);
  }

  remove(row: Row): void {
    this.#byId.delete(row.id);
    for (const order of this.#eachOrder()) order.remove(row);
  }

  /** Applies `change` to a row and returns the new row. */
  change(row: Row, change: Partial<Omit<Row, 'id'>>): Row {
    const changed = { ...row, ...change };
    this.#byId.set(row.id, changed);
    for (const order of this.#eachOrder()) order.replace(row, changed);
    return changed;
  }

  #eachOrder(): OrderedRows<Row>[] {
    return Object.values<OrderedRows<Row>>(this.#orders);
  }
}
