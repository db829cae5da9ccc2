import { createRandom, drawInteger, drawOne, drawUuid } from '../random.ts';
import type { TaskRow } from '../workspace/task.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { writeInstant } from '../workspace/write-task.ts';

/** A message of a task's conversation, as the API returns it. `sender_id` is a user's id, or `null` for the contact. */
export type Message = {
  id: string;
  sender_id: string | null;
  body: string;
  created_at: string;
};

const hourUs = 3_600_000_000;
const contactLines = ['Could you tell me more?', 'Thanks, not now.', 'Who else works with you?'];
const personLines = ['I saw that your team is growing.', 'Would Thursday suit you?', 'Here is what we talked about.'];

/**
 * Makes up the conversation that led to a task: always the same for the same task, stored nowhere. The sender is any
 * member of the workspace, whoever has the task now.
 */
export const writeMessages = (workspace: Workspace, task: TaskRow): Message[] => {
  if (task.type !== 'EMAIL_REPLY' && task.type !== 'LINKEDIN_REPLY') return [];
  const random = createRandom(Number.parseInt(task.id.slice(0, 8), 16));
  const sender = drawOne(random, workspace.people);
  const count = drawInteger(random, 2, 5);
  return Array.from({ length: count }, (_, position) => {
    const isPerson = position % 2 === 0;
    return {
      id: drawUuid(random),
      sender_id: isPerson ? sender.userId : null,
      body: drawOne(random, isPerson ? personLines : contactLines),
      created_at: writeInstant(workspace, task.createdAt - (count - position) * hourUs),
    };
  });
};
