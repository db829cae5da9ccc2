import type { Kind } from './event.ts';

/** The kind of a change from one assignee to another. The two must differ. */
export const kindOf = (previousAssigneeId: string | null, newAssigneeId: string | null): Kind => {
  if (previousAssigneeId === null) return 'assigned';
  if (newAssigneeId === null) return 'unassigned';
  return 'reassigned';
};
