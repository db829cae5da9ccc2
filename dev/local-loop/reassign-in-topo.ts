import type { Loop } from './start-loop.ts';

const openStatuses = new Set(['PENDING', 'IN_PROGRESS']);

/** An open task, its assignee, and the next person of the workspace. */
export type PossibleReassignment = { taskId: string; userId: string; nextUserId: string };

/** Chooses assigned open tasks, at most one of each person. */
export const chooseReassignments = ({ sandbox }: Loop, count: number): PossibleReassignment[] => {
  const { people, tasks } = sandbox.workspaces[0];
  const userIds = people.map(({ userId }) => userId);
  const choices = tasks.flatMap(({ id: taskId, status, assignee_user_id: userId }) => {
    if (userId === null || !openStatuses.has(status)) return [];
    const nextUserId = userIds[(userIds.indexOf(userId) + 1) % userIds.length];
    return nextUserId === undefined ? [] : [{ taskId, userId, nextUserId }];
  });
  return choices
    .filter(({ userId }, index) => choices.findIndex((other) => other.userId === userId) === index)
    .slice(0, count);
};

/** Reassigns through Topo's API as another program would, with another key than the Zaps use. */
export const reassignInTopo = async (
  { topoUrl, sandbox }: Loop,
  { taskId, nextUserId }: Pick<PossibleReassignment, 'taskId' | 'nextUserId'>,
): Promise<void> => {
  const response = await fetch(`${topoUrl}/tasks/${taskId}/assignee`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${sandbox.workspaces[0].keys.tasksOnly}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ assignee_user_id: nextUserId, scope: 'TASK' }),
  });
  if (!response.ok) throw new Error(`Topo answered ${response.status}.`);
};
