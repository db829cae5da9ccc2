import * as z from 'zod';
import { Contact, SequenceTemplateName } from './task-facts.ts';
import { taskId, userId } from './uuid.ts';

/** “I am about to give this task to this person.” `SEQUENCE` includes the other tasks of its sequence run. */
export const Intent = z.strictObject({
  task_id: taskId,
  assignee_user_id: userId,
  scope: z.enum(['TASK', 'SEQUENCE']).default('TASK'),
});
export type Intent = z.infer<typeof Intent>;

/** The most intents in one call. */
export const maxIntents = 200;

/** `POST /intents` takes one intent, or a list of them. */
export const IntentList = z.array(Intent).min(1).max(maxIntents);

const AnnouncedIntent = z.object({ id: z.string() });

/** The response to one intent, with what its task is about, so that the caller need not ask for that too. */
export const IntentAnswer = AnnouncedIntent.extend({
  contact: Contact.nullable().default(null),
  sequence_template: SequenceTemplateName.nullable().default(null),
});
export type IntentAnswer = z.infer<typeof IntentAnswer>;

/** The response to a list of intents, in the same order. */
export const IntentListAnswer = z.object({ items: z.array(AnnouncedIntent) });
export type IntentListAnswer = z.infer<typeof IntentListAnswer>;

/**
 * The body of `PATCH /intents/:id`. `updated_at` comes from Topo's response: an earlier change was not made by this intent.
 */
export const IntentSettlement = z.strictObject({
  state: z.enum(['done', 'failed']),
  updated_at: z.iso.datetime({ offset: true, error: 'Expected the “updated_at” of Topo’s answer.' }).optional(),
});
export type IntentSettlement = z.infer<typeof IntentSettlement>;

/** The body of `PATCH /intents`: the results of several intents in one call. */
export const IntentSettlementList = z
  .array(IntentSettlement.extend({ id: z.string().min(1).max(100) }))
  .min(1)
  .max(maxIntents);
export type IntentSettlementList = z.infer<typeof IntentSettlementList>;

/** The response of `PATCH /intents`: the ids that belong to no intent of the workspace. All others are settled. */
export const IntentsSettled = z.object({ unknown_ids: z.array(z.string()) });
export type IntentsSettled = z.infer<typeof IntentsSettled>;
