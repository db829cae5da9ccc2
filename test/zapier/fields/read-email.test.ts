import { expect, test } from '@jest/globals';
import { emailIn } from '../../../zapier/fields/read-email.ts';

test.each([
  'kim@example.com',
  ' kim@example.com\n',
  'mailto:kim@example.com',
  'MAILTO:kim@example.com?subject=Your%20tasks&cc=robin@example.com',
  'mailto:kim%40example.com',
  'Kim Lindqvist <kim@example.com>',
  '"Lindqvist, Kim" < kim@example.com >',
  '<kim@example.com>',
  'Kim Lindqvist <mailto:kim@example.com>',
  '<mailto:kim@example.com?subject=Hello>',
  'mailto:Kim%20Lindqvist%20<kim@example.com>',
  '\u202akim@example.com\u202c',
])('the address in “%s” is read', (text) => {
  expect(emailIn(text)).toBe('kim@example.com');
});

test.each(['Kim Lindqvist', 'kim@', 'Kim <Lindqvist>', 'kim@example.com, robin@example.com', 'mailto', '50%40'])(
  '“%s” stays as it is',
  (text) => {
    expect(emailIn(text)).toBe(text);
  },
);

test('a link whose escapes are broken stays readable', () => {
  expect(emailIn('mailto:kim%4@example.com')).toBe('kim%4@example.com');
});

test.each([
  ['@', (signs: string) => `<${signs}`],
  [' ', (signs: string) => `mailto:<${signs}`],
  ['<', (signs: string) => signs],
  ['%', (signs: string) => `mailto:${signs}`],
  ['mailto:', (signs: string) => `<${signs}`],
  ['< ', (signs: string) => signs],
])('a million of “%s” are read at once', (sign, write) => {
  const text = write(sign.repeat(1_000_000));
  expect(text.includes(emailIn(text))).toBe(true);
});
