import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createFileOutput } from '../../webhook-server/file-output.ts';
import { createLossyDestination } from '../../webhook-server/lossy-destination.ts';
import { createStreamOutput } from '../../webhook-server/stream-output.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A destination over an output that has room or not, with a timer that the test moves. */
const createDestination = () => {
  const lines: string[] = [];
  const output = { hasRoom: true };
  let retry: (() => void) | undefined;
  const destination = createLossyDestination(
    () => (line) => {
      if (output.hasRoom) lines.push(line);
      return output.hasRoom;
    },
    (_ms, act) => {
      retry = act;
      return () => {
        retry = undefined;
      };
    },
  );
  return { ...destination, lines, output, retry: () => retry?.(), isRetrying: () => retry !== undefined };
};

test('lines without room are dropped, and their count is logged before the next line', () => {
  const { write, lines, output } = createDestination();
  write('1\n');
  output.hasRoom = false;
  write('2\n');
  write('3\n');
  output.hasRoom = true;
  write('4\n');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    level: 'warn',
    dropped: 2,
    msg: expect.stringMatching(/^2 log lines/),
  });
  expect([lines[0], lines[2]]).toEqual(['1\n', '4\n']);
});

test('the count is logged as soon as there is room, also when no line follows', () => {
  const { write, lines, output, retry, isRetrying } = createDestination();
  output.hasRoom = false;
  write('1\n');
  retry();
  expect(lines).toEqual([]);
  output.hasRoom = true;
  retry();
  expect(lines.map((line) => JSON.parse(line).dropped)).toEqual([1]);
  expect(isRetrying()).toBe(false);
});

test('a line for which a file has no room is counted, whatever the error', () => {
  const path = join(mkdtempSync(join(tempFolder(), 'log-')), 'log');
  const file = openSync(path, 'w');
  const write = createFileOutput(file);
  expect(write('1\n')).toBe(true);
  closeSync(file);
  expect(write('2\n')).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe('1\n');
});

test('of a pipe that nobody reads one megabyte waits, and no more', () => {
  const unread = new PassThrough({ highWaterMark: 1 });
  const write = createStreamOutput(unread, () => {});
  const line = 'x'.repeat(10_000);
  const taken = Array.from({ length: 1_000 }, () => write(line)).filter(Boolean).length;
  expect(taken).toBeGreaterThan(90);
  expect(unread.writableLength).toBeLessThanOrEqual(1024 * 1024);
  unread.resume();
  expect(write(line)).toBe(false);
  unread.destroy();
});

test('a pipe whose reader reads on takes lines again', async () => {
  const slow = new PassThrough({ highWaterMark: 1 });
  const write = createStreamOutput(slow, () => {});
  while (write('x'.repeat(10_000)));
  slow.resume();
  await new Promise((resolve) => slow.once('drain', resolve));
  expect(write('next\n')).toBe(true);
});

test('a pipe that was closed raises no error, counts what was lost, and takes nothing more', async () => {
  const closed = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  let lost = 0;
  const write = createStreamOutput(closed, () => {
    lost += 1;
  });
  expect(write('1\n')).toBe(true);
  await new Promise((resolve) => closed.once('close', resolve));
  expect(lost).toBe(1);
  expect(write('2\n')).toBe(false);
});
