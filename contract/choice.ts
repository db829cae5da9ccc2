import * as z from 'zod';
import { IntentSettlement } from './intent.ts';
import { taskId, userId } from './uuid.ts';

/** The most people to choose among. */
export const maxCandidates = 100;

/** `fewest`: whoever has the fewest open tasks. `turn`: whoever is next. */
export const waysToChoose = ['fewest', 'turn'] as const;
export type WayToChoose = (typeof waysToChoose)[number];

/** The body of `POST /choices`: “who of these people is to get this task?” A preview takes nobody's turn. */
export const ChoiceRequest = z.strictObject({
  task_id: taskId,
  candidates: z.array(userId).min(1).max(maxCandidates),
  how: z.enum(waysToChoose),
  preview: z.boolean().default(false),
});
export type ChoiceRequest = z.input<typeof ChoiceRequest>;

/**
 * The response: who was chosen, and why.
 *
 * - `id`: to settle the choice with; null for a preview.
 * - `open_tasks`: how many the chosen person had, with `fewest`; else null.
 * - `away`: who was left out.
 * - `repeated`: whether an earlier run had them chosen for this task, and may have given it to them. Older servers do not say.
 */
export const Choice = z.object({
  id: z.string().nullable(),
  user_id: z.string(),
  how: z.enum(waysToChoose),
  open_tasks: z.number().int().nonnegative().nullable(),
  away: z.array(z.string()),
  repeated: z.boolean().default(false),
});
export type Choice = z.infer<typeof Choice>;

/** The body of `PATCH /choices/:id`, which is that of an intent: `failed` gives the turn back. */
export const ChoiceSettlement = IntentSettlement;
export type ChoiceSettlement = z.infer<typeof ChoiceSettlement>;
