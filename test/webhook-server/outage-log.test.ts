import { expect, test } from '@jest/globals';
import { createOutageLog } from '../../webhook-server/outage-log.ts';
import { StoreError, StoreOutdated } from '../../webhook-server/store/store.ts';
import { startWorkLoop } from '../../webhook-server/work-loop.ts';
import { keepLog } from '../support/keep-log.ts';

const messagesOf = ({ lines }: ReturnType<typeof keepLog>): string[] =>
  lines.map((line) => (JSON.parse(line) as { message: string }).message);

test('each reason is logged once until the store answers again', () => {
  const log = keepLog();
  const outage = createOutageLog(log, { work: 'detector' });
  outage.recovered();
  for (let tries = 0; tries < 3; tries += 1) {
    outage.failed(new StoreError('Nothing answers.'), 'one');
    outage.failed(new StoreError('It is starting.'), 'other');
  }
  outage.recovered();
  outage.recovered();
  outage.failed(new StoreError('Nothing answers.'), 'again');
  expect(messagesOf(log)).toEqual(['one', 'other', 'the store answers again', 'again']);
});

test('that the server is outdated is left to be told once for all its parts', () => {
  const log = keepLog();
  createOutageLog(log, {}).failed(new StoreOutdated('The tables are gone.'), 'one');
  expect(log.lines).toEqual([]);
});

test('a loop whose store fails again and again says so in one line', async () => {
  const log = keepLog();
  let tries = 0;
  let wake = () => {};
  const { promise: isEnough, resolve: enough } = Promise.withResolvers<void>();
  const loop = startWorkLoop(
    {
      name: 'detector',
      concurrency: () => 1,
      async claim(): Promise<never[]> {
        tries += 1;
        // As a signal would, so that the test need not wait.
        setImmediate(() => wake());
        if (tries === 10) enough();
        if (tries <= 5) throw new StoreError('Nothing answers.');
        return [];
      },
      run: async () => {},
      msUntilDue: async () => undefined,
      onWork(listener) {
        wake = listener;
        return () => {};
      },
    },
    log,
    () => 0,
  );
  await isEnough;
  await loop.stop(0);
  expect(messagesOf(log)).toEqual(['the store did not answer; trying again', 'the store answers again']);
});
