import type { RequestHandler } from 'express';
import type { TaskCounts } from '../../../contract/task-list.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { isCurrent } from './list-tasks.ts';

/** `GET /tasks/counts`: how many open tasks each person has, as Topo last showed them. Answers at once. */
export const countTasks =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store, sealedKey } = await authenticate(request, 'tasks:read');
    const freshness = await store.watch(sealedKey);
    const counts = await store.openTasks(() => !response.closed);
    const answer: TaskCounts = {
      items: [...counts].map(([user_id, open_tasks]) => ({ user_id, open_tasks })),
      is_current: isCurrent(freshness),
      is_complete: freshness.isComplete,
    };
    response.json(answer);
  };
