import { expect, test } from '@jest/globals';
import { SubscribeRequest } from '../../contract/hook.ts';
import { type FilteredChange, matches } from '../../contract/matches.ts';

const ada = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const grace = '7b1d2c4e-1111-4222-8333-9444a5556667';
const template = '9d3b8f1a-2222-4333-8444-955556667778';
const change: FilteredChange = {
  kind: 'reassigned',
  source: 'topo',
  previousAssigneeId: ada,
  newAssigneeId: grace,
  sequenceTemplateId: template,
  task: { type: 'CALL', priority: 'HOT' },
};

test('absent filters match everything', () => {
  expect(matches({}, change)).toBe(true);
  expect(matches({}, { ...change, newAssigneeId: null, kind: 'unassigned', task: {} })).toBe(true);
});

test.each([
  [{ new_assignee_ids: [grace] }, true],
  [{ new_assignee_ids: [ada] }, false],
  [{ previous_assignee_ids: [grace, ada] }, true],
  [{ previous_assignee_ids: [grace] }, false],
  [{ task_types: ['CALL', 'EMAIL_REPLY'] }, true],
  [{ task_types: ['EMAIL_REPLY'] }, false],
  [{ priorities: ['HOT'] }, true],
  [{ priorities: ['EXTRA'] }, false],
  [{ sequence_template_ids: [template] }, true],
  [{ sequence_template_ids: [ada] }, false],
  [{ kinds: ['reassigned' as const] }, true],
  [{ kinds: ['assigned' as const] }, false],
  [{ ignore_sources: ['zapier' as const] }, true],
  [{ ignore_sources: ['topo' as const] }, false],
  [{ task_types: ['CALL'], priorities: ['EXTRA'] }, false],
])('filters %j match a change: %s', (filters, expected) => {
  expect(matches(filters, change)).toBe(expected);
});

test('a filter on a field that the change does not have does not match', () => {
  expect(matches({ new_assignee_ids: [ada] }, { ...change, newAssigneeId: null })).toBe(false);
  expect(matches({ task_types: ['CALL'] }, { ...change, task: {} })).toBe(false);
});

test('ids match in any case', () => {
  const filters = SubscribeRequest.parse({
    target_url: 'https://hooks.zapier.com/1',
    event: 'task.reassigned',
    filters: { new_assignee_ids: [grace.toUpperCase()] },
  }).filters;
  expect(matches(filters, { ...change, newAssigneeId: grace.toUpperCase() })).toBe(true);
});
