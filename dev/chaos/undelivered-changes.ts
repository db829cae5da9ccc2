import type { Change } from './ledger.ts';
import type { EventPost } from './read-post.ts';

/** The changes that not every hook has accepted an event of, as of the last `update`. */
export type UndeliveredChanges = {
  update(): void;
  /** Whether every hook has accepted an event of this task's newest change, if it ever changed. */
  isDelivered(taskId: string): boolean;
  count(): number;
};

const keyOf = ({ taskId, updatedAt }: Change): string => `${taskId} ${updatedAt}`;

/** Handles what was added to a list since the last call. */
const follow = <Item>(items: () => readonly Item[], handle: (item: Item) => void): (() => void) => {
  let handled = 0;
  return () => {
    const added = items().slice(handled);
    handled += added.length;
    for (const item of added) handle(item);
  };
};

/** @param hooks the POSTs of each hook. */
export const createUndeliveredChanges = (
  changes: () => readonly Change[],
  hooks: readonly (() => readonly EventPost[])[],
): UndeliveredChanges => {
  const newest = new Map<string, string>();
  const missing = new Map<string, Set<number>>();
  const remove = (hook: number, key: string): void => {
    const waiting = missing.get(key);
    waiting?.delete(hook);
    if (waiting?.size === 0) missing.delete(key);
  };
  const followers = [
    follow(changes, (change) => {
      newest.set(change.taskId, keyOf(change));
      missing.set(keyOf(change), new Set(hooks.keys()));
    }),
    ...hooks.map((posts, hook) =>
      follow(posts, ({ isAccepted, change }) => {
        if (isAccepted) remove(hook, keyOf(change));
      }),
    ),
  ];

  return {
    update() {
      for (const followOn of followers) followOn();
    },
    isDelivered: (taskId) => !missing.has(newest.get(taskId) ?? ''),
    count: () => missing.size,
  };
};
