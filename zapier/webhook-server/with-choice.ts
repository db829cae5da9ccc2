import type { Choice, ChoiceSettlement, WayToChoose } from '../../contract/choice.ts';
import type { WrittenTask } from '../../topo/task.ts';
import { webhookServerUrl } from '../environment.ts';
import type { StepRun } from '../step-run.ts';
import { halted } from '../zapier-error.ts';
import { notifyWebhookServer } from './notify-webhook-server.ts';
import { choosePerson } from './webhook-server-api.ts';

/** Among whom to choose for a task. */
export type ChoiceOrder = {
  taskId: string;
  candidateIds: readonly string[];
  how: WayToChoose;
  isPreview: boolean;
};

/** The server may look at Topo first, which takes up to ten seconds; then there is time enough to write. */
const patienceMs = 13_000;

const noServer = (label: string): Error =>
  halted(
    `The field “${label}” needs the webhook server of this integration, which knows who has how many tasks and whose turn ` +
      'it is, and it is not set up. So nothing was changed: choose one person instead.',
  );

/**
 * Lets the webhook server choose a person, does the work for them, and reports the result. Only what was really changed
 * takes a turn: after a failure, a halt or when there was nothing to do, and after a preview, the same person is next.
 *
 * @param label the field that holds the people.
 * @throws HaltedError without a server and when everybody is away, the `webhookServerError` of any failure, and what the
 *   work throws.
 */
export const withChoice = async <Made extends { task: WrittenTask; changed: boolean | null }>(
  run: StepRun,
  label: string,
  { taskId, candidateIds, how, isPreview }: ChoiceOrder,
  work: (choice: Choice) => Promise<Made>,
): Promise<Made> => {
  if (webhookServerUrl() === undefined) throw noServer(label);
  const request = { task_id: taskId, candidates: [...candidateIds], how, preview: isPreview };
  const choice = await choosePerson(run.z, request, Math.min(patienceMs, run.deadline.remainingMs()));
  const settle = async (json: ChoiceSettlement): Promise<void> => {
    if (choice.id === null) return;
    await notifyWebhookServer(run, `choices/${encodeURIComponent(choice.id)}`, { method: 'PATCH', json });
  };
  const made = await work(choice).catch(async (error: unknown) => {
    await settle({ state: 'failed' });
    throw error;
  });
  // What the task's person has already may be the work of an earlier run that could not say so.
  const hadNothingToDo = made.changed === false && !choice.repeated;
  await settle(hadNothingToDo ? { state: 'failed' } : { state: 'done', updated_at: made.task.updated_at ?? undefined });
  return made;
};
