import { TaskCounts, TaskListPage } from '../../../../contract/task-list.ts';
import { Query as TaskQuery } from '../../routes/list-tasks.ts';
import { countsExample, tasksExample } from '../examples.ts';
import type { Operation } from '../operation.ts';

export const taskOperations: readonly Operation[] = [
  {
    id: 'listTasks',
    method: 'get',
    path: '/tasks',
    tag: 'Tasks',
    summary: 'List tasks',
    description:
      'As Topo last showed them, newest first, with contact and template; the open ones unless `statuses` names others. `as_of` says how old that is, `is_complete` whether every task has been read. Asking makes the server read the workspace for a day. A key without `sequences:read` and `contacts:read` gets null for contacts, and cannot use `contact_email` and `q`.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: TaskQuery,
    parameters: {
      limit: 'How many tasks a page has, from 1 to 100.',
      after: 'The `next` of the page before.',
      contact_email: 'Tasks about the contact with this e-mail address.',
      q: 'A part of a name, a company, an address, or of the task’s text.',
      assignee: 'User ids, or `none` for tasks that nobody has.',
      page: 'The number of a page, from 0, instead of `after`.',
      look: '`first` looks at Topo once more, `if_empty` only before it answers nothing, `never` answers at once.',
    },
    answers: { 200: { description: 'A page.', shape: TaskListPage, example: tasksExample } },
    errors: { 503: 'Not every task has been read yet, or the database cannot be asked just now. Try again.' },
  },
  {
    id: 'countTasks',
    method: 'get',
    path: '/tasks/counts',
    tag: 'Tasks',
    summary: 'Count the open tasks of each person',
    access: { kind: 'key', scopes: ['tasks:read'] },
    answers: {
      200: {
        description:
          'As Topo last showed them; `user_id` is null for the tasks that nobody has. `example` is the newest task of somebody without a name, to recognize them by.',
        shape: TaskCounts,
        example: countsExample,
      },
    },
  },
  {
    id: 'forgetWorkspace',
    method: 'delete',
    path: '/workspace',
    tag: 'Tasks',
    summary: 'Forget the workspace',
    description: 'Erases its keys at once, and what is known of its tasks within the hour.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: { 204: { description: 'It is forgotten.' } },
    errors: { 409: 'Zaps still listen. Turn them off first.' },
  },
];
