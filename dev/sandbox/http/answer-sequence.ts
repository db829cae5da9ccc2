import { isClosed } from '../workspace/task.ts';
import type { Sequence, SequenceStatus, Workspace } from '../workspace/workspace.ts';
import { writeInstant } from '../workspace/write-task.ts';

/** An active run waits for a person while one of its tasks is open, if that is assumed. */
export const statusOf = ({ tasks, assumptions }: Workspace, { id, status }: Sequence): SequenceStatus => {
  const isWaiting =
    status === 'ACTIVE' && assumptions.openTasksHoldSequences && tasks.inSequence(id).some((task) => !isClosed(task));
  return isWaiting ? 'WAITING_FOR_USER' : status;
};

/** A sequence run as routes return it. */
export const answerSequence = (workspace: Workspace, sequence: Sequence): Record<string, unknown> => ({
  id: sequence.id,
  organization_id: workspace.organizationId,
  contact_id: sequence.contactId,
  sequence_template_id: sequence.templateId,
  status: statusOf(workspace, sequence),
  created_at: writeInstant(workspace, sequence.createdAt),
  updated_at: writeInstant(workspace, sequence.updatedAt),
});
