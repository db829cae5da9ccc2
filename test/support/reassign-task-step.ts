import type { ReassignmentOutput } from '../../zapier/tasks/reassignment-output.ts';
import type { Office } from './office.ts';
import type { runApp } from './zapier-app.ts';

type App = ReturnType<typeof runApp>;

/** Runs *Reassign Task* as a Zap would. */
export const run = async (app: App, inputData: Record<string, unknown>): Promise<ReassignmentOutput> =>
  (await app.run('creates.reassign_task.operation.perform', { inputData })) as ReassignmentOutput;

/** A person as the step shows them. */
export const personOf = ({ userId, name, email }: Office['holder']) => ({ user_id: userId, name, email });
