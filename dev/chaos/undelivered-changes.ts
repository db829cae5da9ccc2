import type { Change } from './ledger.ts';
import type { ReadPost } from './read-post.ts';

/** What the hooks had heard at the last look. */
export type Hearing = {
  look(): void;
  /** Whether every hook has accepted an event of the newest change of this task, if it ever changed. */
  isHeard(taskId: string): boolean;
  /** How many changes not every hook has heard of. */
  unheard(): number;
};

const keyOf = ({ taskId, updatedAt }: Change): string => `${taskId} ${updatedAt}`;

/** Takes what has been added to a list since the last look. */
const follow = <Item>(items: () => readonly Item[], take: (item: Item) => void): (() => void) => {
  let taken = 0;
  return () => {
    const added = items().slice(taken);
    taken += added.length;
    for (const item of added) take(item);
  };
};

/** @param hooks the POSTs of each hook. */
export const createHearing = (
  changes: () => readonly Change[],
  hooks: readonly (() => readonly ReadPost[])[],
): Hearing => {
  const newest = new Map<string, string>();
  const missing = new Map<string, Set<number>>();
  const hear = (hook: number, key: string): void => {
    const still = missing.get(key);
    still?.delete(hook);
    if (still?.size === 0) missing.delete(key);
  };
  const follows = [
    follow(changes, (change) => {
      newest.set(change.taskId, keyOf(change));
      missing.set(keyOf(change), new Set(hooks.keys()));
    }),
    ...hooks.map((posts, hook) =>
      follow(posts, ({ isAccepted, change }) => {
        if (isAccepted) hear(hook, keyOf(change));
      }),
    ),
  ];

  return {
    look() {
      for (const followOn of follows) followOn();
    },
    isHeard: (taskId) => !missing.has(newest.get(taskId) ?? ''),
    unheard: () => missing.size,
  };
};
