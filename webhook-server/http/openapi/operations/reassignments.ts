import * as z from 'zod';
import { Choice, ChoiceRequest, ChoiceSettlement } from '../../../../contract/choice.ts';
import {
  Intent,
  IntentAnswer,
  IntentList,
  IntentListAnswer,
  IntentSettlement,
  IntentSettlementList,
  IntentsSettled,
} from '../../../../contract/intent.ts';
import { taskIdExample, userIdExample } from '../examples.ts';
import type { Operation } from '../operation.ts';

const intent = { task_id: taskIdExample, assignee_user_id: userIdExample };

export const reassignmentOperations: readonly Operation[] = [
  {
    id: 'announceIntents',
    method: 'post',
    path: '/intents',
    tag: 'Reassignments',
    summary: 'Announce reassignments',
    description: 'Before it reassigns a task a step says so, so that the change is known as its own and found at once.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: { shape: z.union([Intent, IntentList]), example: intent },
    answers: {
      202: {
        description: 'The intent with what its task is about, or the ids of a list in the same order.',
        shape: z.union([IntentAnswer, IntentListAnswer]),
        example: { id: 'int_example', contact: null, sequence_template: null },
      },
    },
  },
  {
    id: 'settleIntents',
    method: 'patch',
    path: '/intents',
    tag: 'Reassignments',
    summary: 'Report the results of several reassignments',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: {
      shape: IntentSettlementList,
      example: [{ id: 'int_example', state: 'done', updated_at: '2026-03-02T09:00:00.000000Z' }],
    },
    answers: {
      200: { description: 'Which ids nobody knows.', shape: IntentsSettled, example: { unknown_ids: [] } },
    },
  },
  {
    id: 'settleIntent',
    method: 'patch',
    path: '/intents/{intent_id}',
    tag: 'Reassignments',
    summary: 'Report the result of a reassignment',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: { shape: IntentSettlement, example: { state: 'failed' } },
    answers: { 204: { description: 'It is noted.' } },
    errors: { 404: 'There is no such intent.' },
  },
  {
    id: 'choosePerson',
    method: 'post',
    path: '/choices',
    tag: 'Reassignments',
    summary: 'Choose a person for a task',
    description:
      '`fewest` counts open tasks beside this one, and what was announced or chosen and Topo has not shown yet; 503 until every task has been read. `turn` takes people in turn. The same task and people get the same person for a day, unless the choice failed; `repeated` says so. People who are away are left out. A preview takes nobody’s turn.',
    access: { kind: 'key', scopes: ['tasks:write', 'tasks:read'] },
    body: {
      shape: ChoiceRequest,
      example: { task_id: taskIdExample, candidates: [userIdExample], how: 'fewest' },
    },
    answers: {
      200: { description: 'Who would be chosen: a preview.', shape: Choice },
      201: {
        description: 'Who was chosen.',
        shape: Choice,
        example: { id: 'chc_example', user_id: userIdExample, how: 'fewest', open_tasks: 4, away: [], repeated: false },
      },
    },
    errors: { 409: 'Nobody is left to choose: all are away.' },
  },
  {
    id: 'settleChoice',
    method: 'patch',
    path: '/choices/{choice_id}',
    tag: 'Reassignments',
    summary: 'Report what became of a choice',
    description: '`failed` gives the turn back, and so do 15 minutes without a word.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: { shape: ChoiceSettlement, example: { state: 'failed' } },
    answers: { 204: { description: 'It is noted.' } },
    errors: { 404: 'There is no such choice.' },
  },
];
