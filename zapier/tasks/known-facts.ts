import { type TaskFacts, unknownFacts } from '../../contract/task-facts.ts';
import { webhookServerUrl } from '../environment.ts';
import type { StepRun } from '../step-run.ts';
import { listKnownTasks } from '../webhook-server/webhook-server-api.ts';

/** Saying what a task is about is optional, and not worth a wait. */
const optionalTimeoutMs = 2_000;

/** As many as one request may name. */
const maxIds = 100;

/** What a task is about, by its id. */
export type FactsOf = (taskId: string) => TaskFacts;

const askFor = async ({ z, deadline }: StepRun, ids: readonly string[]): Promise<[string, TaskFacts][]> => {
  const timeoutMs = Math.min(optionalTimeoutMs, deadline.remainingMs());
  try {
    if (webhookServerUrl() === undefined || timeoutMs === 0) return [];
    const { items } = await listKnownTasks(z, { ids, limit: [String(maxIds)], look: ['never'] }, timeoutMs);
    return items.map(({ task, contact, sequence_template: sequenceTemplate }) => [
      task.id,
      { contact, sequenceTemplate },
    ]);
  } catch (error) {
    z.console.warn(
      `The output does not say what the tasks are about, as the webhook server does not: ${String(error)}`,
    );
    return [];
  }
};

/** What these tasks are about, as far as the webhook server knows. Without one, or when it fails, nothing is known. */
export const askKnownFacts = async (run: StepRun, taskIds: readonly string[]): Promise<FactsOf> => {
  const ids = [...new Set(taskIds)];
  const parts = Array.from({ length: Math.ceil(ids.length / maxIds) }, (_, part) =>
    ids.slice(part * maxIds, (part + 1) * maxIds),
  );
  const known = new Map((await Promise.all(parts.map((part) => askFor(run, part)))).flat());
  return (taskId) => known.get(taskId) ?? unknownFacts;
};
