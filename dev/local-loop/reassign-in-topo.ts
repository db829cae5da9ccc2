import type { Loop } from './start-loop.ts';

const openStatuses = new Set(['PENDING', 'IN_PROGRESS']);

/** An open task, the person who has it, and the next one in the workspace. */
export type Choice = { taskId: string; userId: string; nextUserId: string };

/** Chooses open tasks that somebody has, one of each person, for the next person of the workspace. */
export const chooseReassignments = ({ sandbox }: Loop, count: number): Choice[] => {
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

/** Reassigns over HTTP as another program or a colleague would; the key is another one than the Zaps use. */
export const reassignInTopo = async ({ topoUrl, sandbox }: Loop, { taskId, nextUserId }: Choice): Promise<void> => {
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
