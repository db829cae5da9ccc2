import type { Loop } from '../local-loop/start-loop.ts';
import type { TriggeredRun } from '../local-zapier/zap.ts';
import { type Reassignment, readReassignment } from './read-reassignment.ts';

const format = ({ sandbox }: Loop, { taskType, previous, next }: Reassignment): string => {
  const { people } = sandbox.workspaces[0];
  const nameOf = (userId: string | null): string =>
    userId === null ? 'nobody' : (people.find((person) => person.userId === userId)?.name ?? userId);
  return `${nameOf(previous)} → ${nameOf(next)}, ${taskType}`;
};

/** The newest change of an assignee in Topo. Throws when there is none. */
export const lastChange = ({ sandbox }: Loop) => {
  const change = sandbox.changes.last;
  if (change === undefined) throw new Error('Nothing was reassigned in Topo.');
  return change;
};

/** The newest change of an assignee in Topo, such as `Ada Byron → Grace Hopper, CALL`. */
export const formatLastChange = (loop: Loop): string => {
  const { taskId, previous, next } = lastChange(loop);
  const taskType = loop.sandbox.task(taskId)?.type ?? 'task';
  return format(loop, { taskId, taskType, previous, next });
};

/** Such as `Ada Byron → Grace Hopper, CALL, heard by the Zap after 212 ms`. */
export const formatRun = (loop: Loop, { at, output }: TriggeredRun): string => {
  const event = readReassignment(output);
  if (event === undefined) throw new Error('The Zap ran with something that is no reassignment.');
  const change = loop.sandbox.changes.entries.findLast(
    ({ taskId, next }) => taskId === event.taskId && next === event.next,
  );
  const after = change === undefined ? '' : ` after ${at.getTime() - change.at.getTime()} ms`;
  return `${format(loop, event)}, heard by the Zap${after}`;
};
