/** An append-only list of what happened, until it is cleared. */
export class Journal<Entry> implements Iterable<Entry> {
  #entries: Entry[] = [];

  /** How many entries there are. */
  get length(): number {
    return this.#entries.length;
  }

  /** All entries, oldest first: a copy. */
  get entries(): Entry[] {
    return [...this.#entries];
  }

  /** The newest entry. */
  get last(): Entry | undefined {
    return this.#entries.at(-1);
  }

  /** How many entries meet a condition. */
  count(meets: (entry: Entry) => boolean): number {
    return this.#entries.filter(meets).length;
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
  }

  clear(): void {
    this.#entries = [];
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#entries.values();
  }
}
