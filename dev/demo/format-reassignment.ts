import type { Loop } from '../local-loop/start-loop.ts';
import type { Run } from '../local-zapier/zap.ts';
import { readEvent, tellEvent } from './read-reassignment.ts';

/** The newest change of an assignee in Topo. Throws when there was none. */
export const lastChange = ({ sandbox }: Loop) => {
  const change = sandbox.changes.last;
  if (change === undefined) throw new Error('Nothing was reassigned in Topo.');
  return change;
};

/** The newest change of an assignee in Topo, for example `Ada Byron → Grace Hopper, CALL`. */
export const tellChange = (loop: Loop): string => {
  const { taskId, previous, next } = lastChange(loop);
  const taskType = loop.sandbox.task(taskId)?.type ?? 'task';
  return tellEvent({ taskId, taskType, previous, next }, loop.sandbox.workspaces[0].people);
};

/** For example `Ada Byron → Grace Hopper, CALL, heard after 212 ms`. */
export const tellRun = ({ sandbox }: Loop, { at, output }: Run): string => {
  const event = readEvent(output);
  if (event === undefined) throw new Error('The Zap heard something that is no reassignment.');
  const change = sandbox.changes.entries.findLast(({ taskId, next }) => taskId === event.taskId && next === event.next);
  const after = change === undefined ? '' : ` after ${at.getTime() - change.at.getTime()} ms`;
  return `${tellEvent(event, sandbox.workspaces[0].people)}, heard by the Zap${after}`;
};
