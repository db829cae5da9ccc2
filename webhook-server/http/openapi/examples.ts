import type { Delivery } from '../../../contract/delivery.ts';
import type { TaskEvent } from '../../../contract/event.ts';
import type { Hook } from '../../../contract/hook.ts';
import type { ListedPerson } from '../../../contract/person.ts';
import type { TaskCounts, TaskListPage } from '../../../contract/task-list.ts';

/** What the document shows: invented, and each of the shape that is answered. */

const atExample = '2026-03-02T09:00:00.000Z';

export const taskIdExample = '3f2b8a6e-5d1c-4f7a-9b0e-2c4d6e8f1a3b';
export const userIdExample = '7b1d2c4e-1111-4222-8333-9444a5556667';
const otherUserIdExample = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

export const personExample: ListedPerson = {
  user_id: userIdExample,
  name: 'Example Person',
  email: 'person@example.com',
  aliases: [],
  away_until: null,
  is_away: false,
};

export const hookExample: Hook = {
  id: 'hok_example',
  event: 'task.reassigned',
  events: ['task.reassigned'],
  target: 'hooks.zapier.com/…ple/',
  filters: { task_types: ['CALL'] },
  once_per: 'task',
  state: 'active',
  resume_at: null,
  ended_at: null,
  ended_reason: null,
  listening_since: atExample,
  key_refused_since: null,
  unusable_tasks: 0,
  missing_scopes: [],
  created_at: atExample,
};

export const deliveryExample: Delivery = {
  id: 'dlv_example',
  hook_id: hookExample.id,
  event_id: 'evt_example',
  state: 'delivered',
  attempts: 1,
  certainty: null,
  reason: null,
  manual: false,
  retried_as: null,
  created_at: atExample,
  last_attempt_at: atExample,
  settled_at: atExample,
};

const taskExample = {
  id: taskIdExample,
  type: 'CALL',
  priority: 'HOT',
  sequence_id: null,
  assignee_user_id: userIdExample,
  updated_at: atExample,
};

const before = { user_id: otherUserIdExample, name: null, email: null };
const now = { user_id: userIdExample, name: personExample.name, email: personExample.email };

export const eventExample: TaskEvent = {
  id: 'evt_example',
  type: 'task.reassigned',
  kind: 'reassigned',
  occurred_at: atExample,
  detected_at: atExample,
  source: 'topo',
  batch_id: 'bat_example',
  batch_size: 1,
  previous_assignee: before,
  new_assignee: now,
  task: taskExample,
  sequence_template_id: null,
  changes: [{ task: taskExample, previous_assignee: before }],
  changes_count: 1,
  contact: { id: null, name: null, email: null, company: null },
  sequence_template: { id: null, name: null },
  task_url: null,
  type_label: 'Call',
  priority_label: 'Hot',
  summary: 'A call was reassigned to Example Person.',
};

export const tasksExample: TaskListPage = {
  items: [{ task: taskExample, assignee: now, contact: null, sequence_template: null }],
  next: null,
  as_of: atExample,
  is_current: true,
  is_complete: true,
  are_facts_complete: true,
  other_open_statuses: [],
  progress: null,
};

export const countsExample: TaskCounts = {
  items: [{ user_id: userIdExample, open_tasks: 4, example: null }],
  is_current: true,
  is_complete: true,
};
