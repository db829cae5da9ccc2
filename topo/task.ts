import * as z from 'zod';

export const taskTypes = ['EMAIL_REPLY', 'LINKEDIN_REPLY', 'NEW_LEAD_REVIEW', 'CALL'] as const;
export const taskPriorities = ['HOT', 'TODAY', 'EXTRA'] as const;
export const taskStatuses = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'SKIPPED'] as const;

const timestamp = z.iso.datetime({ offset: true });

/** Nothing depends on these, so a value of another form is left out: it must not cost us the task. */
const textIfAny = z.string().optional().catch(undefined);
const timestampIfAny = timestamp.nullish().catch(null);

/**
 * A task as Topo returns it (docs.topo.io, Reassign Task). Unknown fields and enum values pass through.
 *
 * Only `id`, `assignee_user_id`, `created_at` and `updated_at` must be as documented: a task without them cannot be
 * compared with what it was. The example on the same page omits `type`, `priority`, `status` and `disposition`.
 * `sequence_id` is one contact's run of a sequence, not the campaign; null for a task of no run.
 */
export const Task = z.looseObject({
  id: z.string().min(1),
  organization_id: textIfAny,
  type: textIfAny,
  priority: textIfAny,
  status: textIfAny,
  sequence_id: z.string().min(1).nullable().catch(null),
  assignee_user_id: z.string().min(1).nullable(),
  disposition: z.string().nullish().catch(null),
  reopened_at: timestampIfAny,
  reopen_reason: z.string().nullish().catch(null),
  skipped_at: timestampIfAny,
  completed_at: timestampIfAny,
  created_at: timestamp,
  updated_at: timestamp,
});
export type Task = z.infer<typeof Task>;

/** The answer to a write: the task moved, whatever form its timestamps have, and an error would deny that. */
export const WrittenTask = Task.extend({ created_at: timestampIfAny, updated_at: timestampIfAny });
export type WrittenTask = z.infer<typeof WrittenTask>;
