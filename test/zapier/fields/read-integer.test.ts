import { expect, test } from '@jest/globals';
import { readInteger } from '../../../zapier/fields/read-integer.ts';

const read = (value: unknown) => readInteger('Most Tasks', value, 1, 200);

test.each<[unknown, number]>([
  ['200', 200],
  ['200.0', 200],
  [' 12.000 ', 12],
  [7, 7],
])('%j is a whole number', (value, number) => {
  expect(read(value)).toBe(number);
});

test.each([200.5, '200.5', '199.99', '200.', '.0', '201.0', '0.0', '1e2', '200,0', ['1.0', '2.0']])(
  '%j is none within the bounds',
  (value) => {
    expect(() => read(value)).toThrow('The field “Most Tasks” takes a whole number from 1 to 200.');
  },
);
