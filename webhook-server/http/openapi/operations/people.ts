import * as z from 'zod';
import {
  ImportReport,
  ListedPerson,
  maxPeople,
  NamedPerson,
  PersonNames,
  PersonPage,
} from '../../../../contract/person.ts';
import { Query as PeopleQuery } from '../../routes/list-people.ts';
import { personExample } from '../examples.ts';
import type { Operation } from '../operation.ts';

const names = { name: personExample.name, email: personExample.email };

export const peopleOperations: readonly Operation[] = [
  {
    id: 'listPeople',
    method: 'get',
    path: '/people',
    tag: 'People',
    summary: 'List people',
    description: 'Everybody whom a task has shown or the workspace has named, those with names first.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: PeopleQuery,
    parameters: {
      limit: 'How many people a page has, from 1 to 100. Everybody comes without `limit`, `after` and `q`.',
      after: 'The `user_id` of the last person of the page before.',
      q: 'A part of a name, an id or an e-mail address.',
    },
    answers: {
      200: {
        description: 'People; `has_more` comes with a page only.',
        shape: PersonPage.partial({ has_more: true }),
        example: { items: [personExample], has_more: false },
      },
    },
  },
  {
    id: 'namePerson',
    method: 'put',
    path: '/people/{user_id}',
    tag: 'People',
    summary: 'Name a person',
    description:
      'A name and an e-mail address that are left out are removed; aliases and an absence stay, and `[]` and `null` remove them.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: { shape: PersonNames, example: names },
    answers: { 200: { description: 'The person.', shape: ListedPerson, example: personExample } },
    errors: { 409: 'The workspace has named too many people.' },
  },
  {
    id: 'forgetPerson',
    method: 'delete',
    path: '/people/{user_id}',
    tag: 'People',
    summary: 'Forget a person’s name',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: { 204: { description: 'Name, addresses and absence are removed.' } },
    errors: { 404: 'Nobody has this id.' },
  },
  {
    id: 'importPeople',
    method: 'post',
    path: '/people/import',
    tag: 'People',
    summary: 'Name many people',
    description:
      'A JSON list, or a CSV file in UTF-8 whose first line names the columns. One fault, and nobody is named. Warnings tell of ids that no task has shown yet, and of two people with one address, by the line of the file or the place in the list.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: {
      shape: z.array(NamedPerson).min(1).max(maxPeople),
      example: [{ user_id: personExample.user_id, ...names }],
      csvExample: `user_id,name,email\n${personExample.user_id},${personExample.name},${personExample.email}\n`,
    },
    answers: {
      200: { description: 'How many were named.', shape: ImportReport, example: { imported: 1, warnings: [] } },
    },
    errors: { 400: 'The message names every line that is at fault.', 409: 'The workspace has named too many people.' },
  },
];
