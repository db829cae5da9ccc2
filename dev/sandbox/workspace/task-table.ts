import { OrderedRows } from './ordered-rows.ts';
import type { TaskChange, TaskRow } from './task.ts';

/** The tasks of a workspace, indexed by id and sequence, and sorted by each of their timestamps. */
export class TaskTable {
  readonly #byId = new Map<string, TaskRow>();
  readonly #bySequence = new Map<string, TaskRow[]>();
  readonly #byCreation = new OrderedRows<TaskRow>((row) => row.createdAt);
  readonly #byUpdate = new OrderedRows<TaskRow>((row) => row.updatedAt);

  get size(): number {
    return this.#byId.size;
  }

  /** All rows by `created_at`, oldest first: not a copy. */
  get byCreation(): readonly TaskRow[] {
    return this.#byCreation.rows;
  }

  /** All rows by `updated_at`, oldest first: not a copy. */
  get byUpdate(): readonly TaskRow[] {
    return this.#byUpdate.rows;
  }

  find(id: string): TaskRow | undefined {
    return this.#byId.get(id);
  }

  /** The tasks of one sequence, in no order: a copy. */
  inSequence(sequenceId: string): TaskRow[] {
    return [...(this.#bySequence.get(sequenceId) ?? [])];
  }

  add(row: TaskRow): void {
    this.#register(row);
    this.#byCreation.add(row);
    this.#byUpdate.add(row);
  }

  /** Adds many rows with one sort. */
  addAll(rows: readonly TaskRow[]): void {
    for (const row of rows) this.#register(row);
    this.#byCreation.addAll(rows);
    this.#byUpdate.addAll(rows);
  }

  remove(row: TaskRow): void {
    this.#unregister(row);
    this.#byCreation.remove(row);
    this.#byUpdate.remove(row);
  }

  /** Applies `change` to a row and returns the new row. */
  change(row: TaskRow, change: TaskChange): TaskRow {
    const changed = { ...row, ...change };
    this.#unregister(row);
    this.#register(changed);
    this.#byCreation.replace(row, changed);
    this.#byUpdate.replace(row, changed);
    return changed;
  }

  #register(row: TaskRow): void {
    this.#byId.set(row.id, row);
    const siblings = this.#bySequence.get(row.sequenceId);
    if (siblings === undefined) this.#bySequence.set(row.sequenceId, [row]);
    else siblings.push(row);
  }

  #unregister(row: TaskRow): void {
    this.#byId.delete(row.id);
    const siblings = this.#bySequence.get(row.sequenceId) ?? [];
    siblings.splice(siblings.indexOf(row), 1);
  }
}
