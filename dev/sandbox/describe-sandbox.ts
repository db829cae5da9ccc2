import type { Sandbox } from './create-sandbox.ts';
import { type KeyName, keyKinds } from './workspace/api-key.ts';
import type { WorkspaceView } from './workspace/show-workspace.ts';

const describeWorkspace = ({ name, organizationId, taskCount, keys, people }: WorkspaceView): string[] => {
  const describeKey = (key: KeyName) => `    ${keys[key]}  ${keyKinds[key].scopes.join(' ')}`;
  return [
    `${name}: ${taskCount} tasks, organization ${organizationId}`,
    '  Keys, with their scopes',
    ...(['full', 'tasksOnly', 'readOnly', 'noTasks', 'everything'] as const).map(describeKey),
    '  People',
    ...people.map((person) => `    ${person.userId}  ${person.name} <${person.email}>`),
    '',
  ];
};

const describeReassignment = ({ tasks, keys, people }: WorkspaceView, url: string): string[] => {
  const task = tasks.find(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id !== null);
  const person = people.find(({ userId }) => userId !== task?.assignee_user_id);
  if (task === undefined || person === undefined) return [];
  const body = JSON.stringify({ assignee_user_id: person.userId });
  return [
    `Reassign a task to ${person.name}, through the API:`,
    `  curl -X PATCH ${url}/tasks/${task.id}/assignee -H 'Authorization: Bearer ${keys.full}' -H 'Content-Type: application/json' -d '${body}'`,
  ];
};

/** A person of Topo does this in its own screens, without a key. */
const describeControls = ({ tasks }: WorkspaceView, url: string): string[] => {
  const task = tasks.find(({ status }) => status === 'PENDING');
  const place = `${url.replace(/\/v1$/, '/sandbox')}/tasks`;
  return [
    'Make a task, or reassign and complete one, as a person does in Topo:',
    `  curl -X POST ${place} -d '{"type": "CALL"}'`,
    ...(task === undefined
      ? []
      : [`  curl -X POST ${place}/${task.id}/reassign`, `  curl -X POST ${place}/${task.id}/complete`]),
  ];
};

/** What a person who has just started the sandbox needs: its address, keys, people, and a command to try. */
export const describeSandbox = ({ workspaces }: Sandbox, url: string): string =>
  [
    `The sandbox, a local Topo, answers at ${url}`,
    '',
    ...workspaces.flatMap(describeWorkspace),
    ...describeReassignment(workspaces[0], url),
    ...describeControls(workspaces[0], url),
  ].join('\n');
