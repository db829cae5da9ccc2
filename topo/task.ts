import * as z from 'zod';

export const taskTypes = ['EMAIL_REPLY', 'LINKEDIN_REPLY', 'NEW_LEAD_REVIEW', 'CALL'] as const;
export const taskPriorities = ['HOT', 'TODAY', 'EXTRA'] as const;
export const taskStatuses = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'SKIPPED'] as const;

const timestamp = z.iso.datetime({ offset: true });

/**
 * A task as Topo returns it (docs.topo.io, Reassign Task). Unknown fields and enum values pass through.
 *
 * `type`, `priority`, `status` and `disposition` are documented as always present, but the example on the same page omits
 * them; nothing here depends on them, so their absence is no error. `sequence_id` is one contact's run of a sequence, not
 * the campaign.
 */
export const Task = z.looseObject({
  id: z.string().min(1),
  organization_id: z.string().min(1),
  type: z.string().optional(),
  priority: z.string().optional(),
  status: z.string().optional(),
  sequence_id: z.string().nullable(),
  assignee_user_id: z.string().nullable(),
  disposition: z.string().nullish(),
  reopened_at: timestamp.nullish(),
  reopen_reason: z.string().nullish(),
  skipped_at: timestamp.nullish(),
  completed_at: timestamp.nullish(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type Task = z.infer<typeof Task>;
