import type { ZObject } from 'zapier-platform-core';
import { IntentAnswer, type IntentSettlement } from '../contract/intent.ts';
import type { Reassignment } from '../topo/reassign-task.ts';
import type { Task } from '../topo/task.ts';
import { webhookServerUrl } from './environment.ts';
import { exchange, type Sending } from './exchange.ts';

/** The intent and its settlement together take no more than two seconds of a run. */
const timeoutMs = 1_000;

/** What the webhook server answers, or `undefined`: an intent is a courtesy, and its failure is nobody's. */
const tell = async (z: ZObject, path: string, sending: Pick<Sending, 'method' | 'json'>): Promise<unknown> => {
  try {
    const server = webhookServerUrl();
    if (server === undefined) return undefined;
    const sent = await exchange(z, { ...sending, url: `${server}/${path}`, timeoutMs });
    return sent.kind === 'answered' ? sent.body : undefined;
  } catch (error) {
    z.console.warn(`The webhook server was not told of this reassignment: ${String(error)}`);
    return undefined;
  }
};

const announce = async (z: ZObject, { taskId, assigneeId, scope }: Reassignment): Promise<string | undefined> => {
  const json = { task_id: taskId, assignee_user_id: assigneeId, scope };
  return IntentAnswer.safeParse(await tell(z, 'intents', { method: 'POST', json })).data?.id;
};

/**
 * Tells the webhook server that a reassignment is about to be made, makes it, and tells how it came out: so the Zaps
 * that listen hear of it at once, and know that a Zap made it. Without a webhook server it just makes it.
 */
export const withIntent = async (
  z: ZObject,
  reassignment: Reassignment,
  reassign: () => Promise<Task>,
): Promise<Task> => {
  const id = await announce(z, reassignment);
  const settle = async (json: IntentSettlement): Promise<void> => {
    if (id !== undefined) await tell(z, `intents/${encodeURIComponent(id)}`, { method: 'PATCH', json });
  };
  const task = await reassign().catch(async (error: unknown) => {
    await settle({ state: 'failed' });
    throw error;
  });
  await settle({ state: 'done', updated_at: task.updated_at });
  return task;
};
