import { expect, test } from '@jest/globals';
import { misfits, pathsOf, unclearDates } from './shape.ts';

// What the checks of the definition rest on.

const fields = [
  { key: 'id', type: 'string' },
  { key: 'count', type: 'integer' },
  { key: 'person__name', type: 'string' },
  { key: 'tasks[]id', type: 'string' },
  { key: 'tasks[]moved_at', type: 'datetime' },
  { key: 'give_back', type: 'string', list: true },
];
const result = {
  id: '1',
  count: 2,
  person: { name: null },
  tasks: [
    { id: '1', moved_at: '2026-03-02T09:15:00.123+02:00' },
    { id: '2', moved_at: null },
  ],
  give_back: ['1', '2'],
};

test('a result of just the output fields fits, and so does one whose lists are empty', () => {
  expect(misfits(fields, result)).toEqual([]);
  expect(misfits(fields, { ...result, tasks: [], give_back: [] })).toEqual([]);
  expect(pathsOf(result)).toEqual(fields.map(({ key }) => key).sort());
});

test.each([
  [{ ...result, count: undefined }, ['count is no integer']],
  [{ ...result, count: '2' }, ['count is no integer']],
  [{ ...result, count: 2.5 }, ['count is no integer']],
  [{ ...result, id: 1 }, ['id is no string']],
  [{ ...result, more: null }, ['more is no output field']],
  [{ ...result, more: [] }, ['more is no output field']],
  [{ ...result, person: null }, ['person__name is missing', 'person is no output field']],
  [{ ...result, person: {} }, ['person__name is missing']],
  [{ ...result, give_back: [1] }, ['give_back is no string']],
  [
    { ...result, tasks: [...result.tasks, { id: 3, moved_at: '2026-03-02' }] },
    ['tasks[]id is no string', 'tasks[]moved_at is no datetime'],
  ],
])('%j does not fit', (bad, sentences) => {
  expect(misfits(fields, bad)).toEqual(sentences);
});

test.each([
  ['2026-03-02T09:15:00Z', true],
  ['2026-03-02T09:15:00.123456+01:00', true],
  ['2026-03-02T09:15:00-0500', true],
  ['2026-03-02T09:15:00', false],
  ['2026-03-02 09:15', false],
  ['2026-13-02T09:15:00Z', false],
  ['2026-03-02', true],
  ['2026-3-2', false],
  ['02.03.2026', false],
  ['3/2/26', false],
  ['01 Aug 2019 06:50:30', false],
  ['Mon, 02 Mar 2026 09:15:00 GMT', false],
  ['Call · Hot · 3 days old', true],
  ['1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6', true],
  ['2026', true],
])('a result with the text “%s” has clear dates: %s', (text, isClear) => {
  expect(unclearDates({ list: [{ text }] })).toEqual(isClear ? [] : [`list[]text: ${text}`]);
});
