import { IntentAnswer, type IntentSettlement } from '../../contract/intent.ts';
import type { TaskFacts } from '../../contract/task-facts.ts';
import type { Reassignment } from '../../topo/reassign-task.ts';
import type { WrittenTask } from '../../topo/task.ts';
import type { StepRun } from '../step-run.ts';
import { notifyWebhookServer } from './notify-webhook-server.ts';

const announce = async (
  run: StepRun,
  { taskId, assigneeId, scope }: Reassignment,
): Promise<IntentAnswer | undefined> => {
  const json = { task_id: taskId, assignee_user_id: assigneeId, scope };
  return IntentAnswer.safeParse(await notifyWebhookServer(run, 'intents', { method: 'POST', json })).data;
};

/** What the server told of the task; `undefined` when it told nothing. */
type Told = { facts: TaskFacts | undefined };

/**
 * Announces a reassignment to the webhook server, makes it, and reports the result, so that listening Zaps run at once
 * and know that a Zap made the change; the server tells what the task is about. Without a webhook server it only makes the
 * reassignment.
 */
export const withIntent = async <Made extends { answer: WrittenTask }>(
  run: StepRun,
  reassignment: Reassignment,
  reassign: () => Promise<Made>,
): Promise<Made & Told> => {
  const announced = await announce(run, reassignment);
  const settle = async (json: IntentSettlement): Promise<void> => {
    if (announced === undefined) return;
    await notifyWebhookServer(run, `intents/${encodeURIComponent(announced.id)}`, { method: 'PATCH', json });
  };
  const made = await reassign().catch(async (error: unknown) => {
    await settle({ state: 'failed' });
    throw error;
  });
  await settle({ state: 'done', updated_at: made.answer.updated_at ?? undefined });
  return {
    ...made,
    facts: announced && { contact: announced.contact, sequenceTemplate: announced.sequence_template },
  };
};
