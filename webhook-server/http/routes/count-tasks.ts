import type { RequestHandler } from 'express';
import type { ListedTask, TaskCounts } from '../../../contract/task-list.ts';
import type { TaskCount } from '../../store/tenant-store.ts';
import type { Authenticate, Caller } from '../authentication/authenticate.ts';
import { noteAsked } from '../note-asked.ts';
import { isCurrent } from './list-tasks.ts';

/** Examples are looked for among the newest tasks of so many people. */
const mostExamples = 200;

/** The newest task of each person whom nobody has named, by its id. */
const findExamples = async (
  { store, scopes }: Pick<Caller, 'store' | 'scopes'>,
  counts: ReadonlyMap<string | null, TaskCount>,
): Promise<Map<string, ListedTask>> => {
  const taskIds = [...counts].flatMap(([userId, { newestTaskId }]) => (userId === null ? [] : [newestTaskId]));
  if (taskIds.length === 0) return new Map();
  const { tasks } = await store.tasks({ taskIds: taskIds.slice(0, mostExamples), limit: mostExamples, scopes });
  const ofUnnamed = tasks.filter(({ assignee: { name, email } }) => name === null && email === null);
  return new Map(ofUnnamed.map((listed) => [listed.task.id, listed]));
};

/** `GET /tasks/counts`: how many open tasks each person has, as Topo last showed them. Answers at once. */
export const countTasks =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const caller = await authenticate(request, 'tasks:read');
    const freshness = await noteAsked(caller);
    const counts = await caller.store.openTasks(() => !response.closed);
    const examples = await findExamples(caller, counts);
    const answer: TaskCounts = {
      items: [...counts].map(([user_id, { openTasks, newestTaskId }]) => ({
        user_id,
        open_tasks: openTasks,
        example: examples.get(newestTaskId) ?? null,
      })),
      is_current: isCurrent(freshness),
      is_complete: freshness.isComplete,
    };
    response.json(answer);
  };
