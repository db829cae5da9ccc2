import { startOffice } from './office.ts';

/** A task of the holder’s in a sequence with two open siblings, one of them in progress, and a closed one. */
export const startWithSequence = async (options: Parameters<typeof startOffice>[0] = {}) => {
  const office = await startOffice(options);
  const { createTask, createTasks, bystander } = office;
  const task = createTask();
  const inRun = { sequence_id: task.sequence_id };
  const own = createTask({ ...inRun, status: 'IN_PROGRESS' });
  const lent = createTask({ ...inRun, assignee_user_id: bystander.userId });
  const closed = createTask({ ...inRun, status: 'COMPLETED' });
  createTasks(2);
  return { ...office, task, own, lent, closed };
};
