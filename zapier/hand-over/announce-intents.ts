import { IntentListAnswer, type IntentSettlement } from '../../contract/intent.ts';
import type { StepRun } from '../step-run.ts';
import { notifyWebhookServer } from '../webhook-server/notify-webhook-server.ts';

/** The intents of a hand-over: announced in one list, and settled in few calls while it goes on. */
export type AnnouncedIntents = {
  /** Tells how the reassignment of a task came out; what has gathered is sent along about once a second. */
  settle(taskId: string, settlement: IntentSettlement): void;
  /** Sends what is left; tasks that nobody settled were not moved. */
  close(): Promise<void>;
};

/** A change waits three seconds for its intent to be settled. */
const settleEveryMs = 1_000;

/** Tells the webhook server which tasks are about to go to whom. Whatever becomes of that, the hand-over goes on. */
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
  let gathered: (IntentSettlement & { id: string })[] = [];
  let sentAtMs = nowMs();
  let sending: Promise<unknown> = Promise.resolve();

  const send = (): void => {
    const settlements = gathered;
    if (settlements.length === 0) return;
    gathered = [];
    sentAtMs = nowMs();
    sending = sending.then(() => notifyWebhookServer(run, 'intents', { method: 'PATCH', json: settlements }));
  };

  const settle = (taskId: string, settlement: IntentSettlement): void => {
    const id = open.get(taskId);
    if (id === undefined) return;
    open.delete(taskId);
    gathered.push({ ...settlement, id });
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
