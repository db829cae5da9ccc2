import { afterEach } from '@jest/globals';
import { type WatchedWorkspace, watchWorkspace } from './watch-workspace.ts';

const watched: WatchedWorkspace[] = [];
afterEach(async () => {
  for (const one of watched.splice(0)) await one.close();
});

/** A workspace that is watched until the test ends; nobody listens yet. */
export const watching = async (options?: Parameters<typeof watchWorkspace>[0]): Promise<WatchedWorkspace> => {
  const at = await watchWorkspace(options);
  watched.push(at);
  return at;
};

/** The same with one hook, after the first reading. */
export const listening = async (options?: Parameters<typeof watchWorkspace>[0]): Promise<WatchedWorkspace> => {
  const at = await watching(options);
  await at.subscribe();
  await at.listen();
  return at;
};

export const openTasks = ({ workspace }: WatchedWorkspace) =>
  workspace.tasks.filter(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id !== null);

export const someoneElse = ({ workspace }: WatchedWorkspace, userId: string | null): string =>
  workspace.people.find((person) => person.userId !== userId)?.userId ?? '';

/** The tasks of all events, told page by page. */
export const changedTasks = async ({ tenant }: WatchedWorkspace): Promise<string[]> => {
  const ids: string[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await tenant.events({ limit: 1000, before });
    ids.push(...(page?.items ?? []).map(({ task }) => task.id));
    before = page?.items.at(-1)?.id;
    if (page?.has_more !== true) return ids;
  }
};

/** Reassigns the first open tasks, each at a moment of its own. */
export const reassign = (at: WatchedWorkspace, count: number): string[] =>
  openTasks(at)
    .slice(0, count)
    .map(({ id, assignee_user_id }) => {
      at.passTime(1);
      at.sandbox.reassign(id, someoneElse(at, assignee_user_id));
      return id;
    });

export const nextPoll = async (at: WatchedWorkspace, afterMs = 60_000): Promise<number> => {
  at.passTime(afterMs);
  return at.poll();
};
