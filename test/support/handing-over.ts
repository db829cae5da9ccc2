import type { HandOverOutput } from '../../zapier/hand-over/hand-over-output.ts';
import type { runApp } from './zapier-app.ts';

export const perform = 'creates.hand_over_tasks.operation.perform';

type App = ReturnType<typeof runApp>;

/** Runs *Hand Over Tasks* in the app, and answers its report. */
export const run = async (app: App, inputData: Record<string, unknown>): Promise<HandOverOutput> =>
  (await app.run(perform, { inputData })) as HandOverOutput;

export const idsOf = (tasks: readonly { id: string }[]): string[] => tasks.map(({ id }) => id);

export const outcomesOf = ({ tasks }: HandOverOutput) =>
  Object.fromEntries(tasks.map(({ id, outcome }) => [id, outcome]));

/** What the report says of one task. */
export const reasonFor = ({ tasks }: HandOverOutput, id: string): string =>
  tasks.find((task) => task.id === id)?.reason ?? '';

export const pathOf = (id: string): string => `/v1/tasks/${id}/assignee`;

/** How intents came out, as the webhook server was told. */
export const settledIn = (told: readonly { method: string; json: unknown }[]) =>
  told.flatMap(({ method, json }) =>
    method === 'PATCH' && Array.isArray(json) ? (json as { id: string; state: string }[]) : [],
  );

/** The counts of a report in which nothing happened. */
export const zero = { moved_count: 0, would_move_count: 0, skipped_count: 0, failed_count: 0, left_count: 0 };
