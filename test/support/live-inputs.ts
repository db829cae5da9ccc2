import type { RealLoop } from './real-loop.ts';

/** Real things of the workspace that a step can be run with. `task` and `sibling` are of one sequence, about one contact. */
export type Ground = {
  task: { id: string; sequence_id: string };
  sibling: { id: string };
  contactEmail: string;
  holder: { userId: string; name: string; email: string };
  taker: { userId: string; name: string; email: string };
};

/** What each action and search is run with to see what it really answers. A new one needs an entry. */
const inputsOf: Record<string, (ground: Ground) => Record<string, unknown>> = {
  reassign_task: ({ task, taker }) => ({ task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' }),
  hand_over_tasks: ({ task, sibling, taker }) => ({ task_ids: [task.id, sibling.id], to_user_id: taker.userId }),
  reassign_contact_tasks: ({ contactEmail, taker }) => ({ contact_email: contactEmail, to_user_id: taker.userId }),
  find_task: ({ holder, task }) => ({ assignee_user_id: holder.userId, sequence_id: task.sequence_id }),
  find_person: ({ holder }) => ({ person: holder.userId }),
};

/** What makes each hook trigger fire, in Topo and not by the app. A new one needs an entry. */
const causesOf: Record<string, (loop: RealLoop, ground: Ground) => unknown> = {
  task_reassigned: ({ sandbox }, { task, taker }) => sandbox.reassign(task.id, taker.userId, 'SEQUENCE'),
  new_task: ({ sandbox }, { task, holder }) =>
    sandbox.createTask({ sequence_id: task.sequence_id, assignee_user_id: holder.userId, type: 'CALL' }),
  task_closed: ({ sandbox }, { task }) => sandbox.completeTask(task.id),
};

const entryOf = <Entry>(entries: Record<string, Entry>, key: string, what: string): Entry => {
  const entry = entries[key];
  if (entry !== undefined) return entry;
  throw new Error(`Nobody has said how to try “${key}”: add ${what} to test/support/live-inputs.ts.`);
};

/** @throws Error when the action or search has no entry. */
export const liveInput = (key: string, ground: Ground): Record<string, unknown> =>
  entryOf(inputsOf, key, 'what it is run with')(ground);

/** @throws Error when the trigger has no entry. */
export const cause = (key: string, loop: RealLoop, ground: Ground): void => {
  entryOf(causesOf, key, 'what makes it fire')(loop, ground);
};
