import { IntentListAnswer, type IntentSettlement } from '../../contract/intent.ts';
import type { StepRun } from '../step-run.ts';
import { notifyWebhookServer } from '../webhook-server/notify-webhook-server.ts';

/** The intents of a hand-over, announced in one call and settled in batches while it runs. */
export type AnnouncedIntents = {
  /** Queues the result of one reassignment; the queue is sent about once a second. */
  settle(taskId: string, settlement: IntentSettlement): void;
  /** Sends the rest of the queue, with every task that was not settled as failed. */
  close(): Promise<void>;
};

/** The webhook server holds a change back for three seconds, waiting for its intent to be settled. */
const settleEveryMs = 1_000;

/** Announces to the webhook server which tasks are about to go to whom. The hand-over goes on even if this fails. */
export const announceIntents = async (
  run: StepRun & { nowMs: () => number },
  taskIds: readonly string[],
  toId: string,
): Promise<AnnouncedIntents> => {
  const { nowMs } = run;
  const json = taskIds.map((task_id) => ({ task_id, assignee_user_id: toId, scope: 'TASK' }));
  const answer = IntentListAnswer.safeParse(await notifyWebhookServer(run, 'intents', { method: 'POST', json }));
  const items = answer.data?.items ?? [];
  const open = new Map(
    taskIds.flatMap((taskId, position) => {
      const id = items[position]?.id;
      return id === undefined ? [] : [[taskId, id] as const];
    }),
  );
  let queue: (IntentSettlement & { id: string })[] = [];
  let sentAtMs = nowMs();
  let sending: Promise<unknown> = Promise.resolve();

  const send = (): void => {
    const settlements = queue;
    if (settlements.length === 0) return;
    queue = [];
    sentAtMs = nowMs();
    sending = sending.then(() => notifyWebhookServer(run, 'intents', { method: 'PATCH', json: settlements }));
  };

  const settle = (taskId: string, settlement: IntentSettlement): void => {
    const id = open.get(taskId);
    if (id === undefined) return;
    open.delete(taskId);
    queue.push({ ...settlement, id });
    if (nowMs() - sentAtMs >= settleEveryMs) send();
  };

  return {
    settle,
    async close() {
      for (const taskId of [...open.keys()]) settle(taskId, { state: 'failed' });
      send();
      await sending;
    },
  };
};
