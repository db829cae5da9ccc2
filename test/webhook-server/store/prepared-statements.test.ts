import { expect, test } from '@jest/globals';
import { createNames } from '../../../webhook-server/store/postgres/prepared-statements.ts';

test('the same text has one name, and other texts have others', () => {
  const named = createNames();
  const first = named({ text: 'select $1', values: [1] });
  expect(named({ text: 'select $1', values: [2] })).toEqual({ name: first.name, text: 'select $1', values: [2] });
  expect(named({ text: 'select $1, 2', values: [1] }).name).not.toBe(first.name);
});

test('texts that are many are not all prepared, and those that were stay so', () => {
  const named = createNames();
  const names = Array.from({ length: 600 }, (_, number) => named({ text: `select ${number}`, values: [] }).name);
  expect(names.filter((name) => name !== undefined)).toHaveLength(500);
  expect(named({ text: 'select 0', values: [] }).name).toBe(names[0]);
  expect(named({ text: 'select 599', values: [] })).toEqual({ text: 'select 599', values: [] });
});
