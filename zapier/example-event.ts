import type { Person, TaskReassigned } from '../contract/event.ts';
import type { HookFilters } from '../contract/hook.ts';
import type { Task } from '../topo/task.ts';
import { sampleEvent } from './event-output.ts';

const nobody: Person = { user_id: null, name: null, email: null };

const unnamed = (userId: string): Person => ({ user_id: userId, name: null, email: null });

/**
 * What the event would look like if a task of the workspace had just been reassigned: for a workspace where nothing was
 * reassigned yet. Its ids begin with `evt_example_` and `bat_example_`, and its kind is one that the filters want.
 */
export const exampleEvent = (task: Task, filters: HookFilters): TaskReassigned => {
  const kind = filters.kinds?.[0] ?? 'reassigned';
  const newAssignee =
    kind === 'unassigned'
      ? nobody
      : unnamed(filters.new_assignee_ids?.[0] ?? task.assignee_user_id ?? sampleEvent.new_assignee.user_id);
  const previousAssignee =
    kind === 'assigned'
      ? nobody
      : unnamed(
          filters.previous_assignee_ids?.find((id) => id !== newAssignee.user_id) ??
            sampleEvent.previous_assignee.user_id,
        );
  const reassigned = { ...task, assignee_user_id: newAssignee.user_id };
  return {
    ...sampleEvent,
    id: `evt_example_${task.id}`,
    kind,
    occurred_at: task.updated_at,
    detected_at: task.updated_at,
    batch_id: `bat_example_${task.id}`,
    previous_assignee: previousAssignee,
    new_assignee: newAssignee,
    task: reassigned,
    changes: [{ task: reassigned, previous_assignee: previousAssignee }],
  };
};
