import { IntentAnswer, type IntentSettlement } from '../../contract/intent.ts';
import type { Reassignment } from '../../topo/reassign-task.ts';
import type { WrittenTask } from '../../topo/task.ts';
import type { StepRun } from '../step-run.ts';
import { notifyWebhookServer } from './notify-webhook-server.ts';

const announce = async (run: StepRun, { taskId, assigneeId, scope }: Reassignment): Promise<string | undefined> => {
  const json = { task_id: taskId, assignee_user_id: assigneeId, scope };
  return IntentAnswer.safeParse(await notifyWebhookServer(run, 'intents', { method: 'POST', json })).data?.id;
};

/**
 * Announces a reassignment to the webhook server, makes it, and reports the result, so that listening Zaps run at once
 * and know that a Zap made the change. Without a webhook server it only makes the reassignment.
 */
export const withIntent = async <Made extends { answer: WrittenTask }>(
  run: StepRun,
  reassignment: Reassignment,
  reassign: () => Promise<Made>,
): Promise<Made> => {
  const id = await announce(run, reassignment);
  const settle = async (json: IntentSettlement): Promise<void> => {
    if (id !== undefined)
      await notifyWebhookServer(run, `intents/${encodeURIComponent(id)}`, { method: 'PATCH', json });
  };
  const made = await reassign().catch(async (error: unknown) => {
    await settle({ state: 'failed' });
    throw error;
  });
  await settle({ state: 'done', updated_at: made.answer.updated_at ?? undefined });
  return made;
};
