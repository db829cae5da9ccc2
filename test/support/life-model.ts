import type { EventType, TaskEvent } from '../../contract/event.ts';

/** What is told of a task's life: also who has it, since that and the rest keep one order. */
export const lifeEvents: EventType[] = ['task.created', 'task.reassigned', 'task.closed', 'task.reopened'];

/** A task as Topo has it at a check; times are milliseconds since 1970. */
export type Living = {
  id: string;
  isOpen: boolean;
  assigneeId: string | null;
  createdAtMs: number;
  wasMalformed: boolean;
};

/**
 * A model of what is told of the lives of tasks: from one check to the next each net change, once and in order, and that a
 * task is new only once.
 */
export class LifeModel {
  readonly #startedAtMs: number;
  readonly #told: TaskEvent[] = [];
  #toldAtCheck = 0;
  /** Each task as it was at the last check. */
  #were: ReadonlyMap<string, Living> | undefined;
  /** Tasks that were created after this are new; unknown before the first check. */
  #newSinceMs = Number.POSITIVE_INFINITY;

  /** @param startedAtMs when the first hook came: what was there before is new to nobody. */
  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  tell(event: TaskEvent): void {
    this.#told.push(event);
  }

  check(tasks: readonly Living[]): void {
    const ids = this.#told.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) throw new Error('What happened to a task was told twice.');
    const news = Map.groupBy(this.#told.slice(this.#toldAtCheck), ({ task }) => task.id);
    for (const task of tasks) {
      this.#checkLife(task, news.get(task.id) ?? []);
      this.#checkHolders(task, news.get(task.id) ?? []);
    }
  }

  /** What is told from now on begins with these tasks as they are. */
  begin(tasks: readonly Living[], nowMs: number): void {
    this.#toldAtCheck = this.#told.length;
    this.#were = new Map(tasks.map((task) => [task.id, task]));
    if (this.#newSinceMs === Number.POSITIVE_INFINITY) this.#newSinceMs = nowMs;
  }

  #checkLife({ id, isOpen, createdAtMs, wasMalformed }: Living, chain: readonly TaskEvent[]): void {
    const types = chain.map(({ type }) => type);
    const isKnown = this.#were?.has(id) ?? false;
    const isNew = types[0] === 'task.created';
    if (types.slice(isNew ? 1 : 0).includes('task.created'))
      throw new Error(`${id}: told as new after something else.`);
    if (isNew && !wasMalformed && createdAtMs < this.#startedAtMs)
      throw new Error(`${id}: told as new, but it was made before.`);
    if (isKnown && isNew) throw new Error(`${id}: told as new, but it was there before.`);
    if (!isKnown && !isNew && createdAtMs > this.#newSinceMs) throw new Error(`${id}: it is new, and was not told.`);
    let wasOpen = isNew ? true : this.#were?.get(id)?.isOpen;
    for (const type of types.slice(isNew ? 1 : 0)) {
      if (type === 'task.reassigned') continue;
      const becomesOpen = type === 'task.reopened';
      if (wasOpen === becomesOpen) throw new Error(`${id}: told as ${type}, which it was already.`);
      wasOpen = becomesOpen;
    }
    if (wasOpen !== undefined && wasOpen !== isOpen)
      throw new Error(`${id}: its last ${types.at(-1) ?? 'change'} is missing.`);
  }

  /** Each event names whoever had the task by what was told before it. */
  #checkHolders({ id, assigneeId }: Living, chain: readonly TaskEvent[]): void {
    let holder = this.#were?.get(id)?.assigneeId;
    for (const { type, previous_assignee, new_assignee } of chain) {
      const isGiven = type === 'task.created' || type === 'task.reopened';
      const before = (isGiven ? new_assignee : previous_assignee).user_id;
      if (holder !== undefined && holder !== before)
        throw new Error(`${id}: told as ${type} with ${before}, but it was with ${holder}.`);
      holder = type === 'task.reassigned' ? new_assignee.user_id : before;
    }
    if (holder !== undefined && holder !== assigneeId)
      throw new Error(`${id}: it is with ${assigneeId}, but by its life with ${holder}.`);
  }
}
