/** TASK moves one task, SEQUENCE every actionable task of its sequence as well. */
export const reassignmentScopes = ['TASK', 'SEQUENCE'] as const;

export type ReassignmentScope = (typeof reassignmentScopes)[number];

/** One task's change of assignee. Reassigning a sequence makes one of these for each task that moves. */
export type AssigneeChange = {
  readonly taskId: string;
  readonly previous: string | null;
  readonly next: string | null;
  readonly at: Date;
  /** The task's `updated_at` after the change, as the API writes it. */
  readonly updatedAt: string;
  /** Through the API, or by a person in Topo itself. */
  readonly by: 'route' | 'direct';
  readonly scope: ReassignmentScope;
};
