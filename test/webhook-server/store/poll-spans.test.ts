import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { type PollResult, type PollSpan, spansAfter } from '../../../webhook-server/store/changes/poll-spans.ts';
import { pollSpans as postgresPollSpans } from '../../../webhook-server/store/postgres/migrations/0016-poll-spans.ts';
import { pollSpans as sqlitePollSpans } from '../../../webhook-server/store/sqlite/migrations/0018-poll-spans.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const startMs = Date.parse('2026-01-05T00:00:00Z');

const well: Omit<PollResult, 'nextAtMs'> = { kind: 'well', reason: null };
const broken: Omit<PollResult, 'nextAtMs'> = { kind: 'failed', reason: 'Topo answered 503' };

/** The spans after these polls, which end 15 seconds after each other. */
const spansOf = (polls: readonly Omit<PollResult, 'nextAtMs'>[]): PollSpan[] => {
  const spans = new Map<number, PollSpan>();
  let latest: PollSpan | undefined;
  for (const [index, poll] of polls.entries()) {
    const nowMs = startMs + index * 15_000;
    for (const span of spansAfter(latest, { ...poll, nextAtMs: nowMs + 15_000 }, nowMs)) {
      spans.set(span.fromMs, span);
      latest = span;
    }
  }
  return [...spans.values()];
};

const many = (count: number, poll: Omit<PollResult, 'nextAtMs'>) => Array.from({ length: count }, () => poll);

test('polls that end alike are one span, however many there are, and no poll is lost when that changes', () => {
  const spans = spansOf([...many(401, well), ...many(399, broken), ...many(2, well)]);
  expect(spans).toMatchObject([
    { fromMs: startMs, lastMinuteMs: startMs + 99 * minuteMs, well: 400, failed: 0 },
    { fromMs: startMs + 100 * minuteMs, lastMinuteMs: startMs + 100 * minuteMs, well: 1, failed: 3 },
    { fromMs: startMs + 101 * minuteMs, lastMinuteMs: startMs + 199 * minuteMs, well: 0, failed: 396 },
    { fromMs: startMs + 200 * minuteMs, well: 2, failed: 0 },
  ]);
});

test('polls that go well and fail by turns take no more than a span for each minute', () => {
  const spans = spansOf(Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? well : broken)));
  expect(spans).toHaveLength(100);
  for (const span of spans) expect(span).toMatchObject({ well: 2, failed: 2, reason: 'Topo answered 503' });
});

test('a pause ends a span', () => {
  const [span] = spansAfter(undefined, { ...well, nextAtMs: startMs + minuteMs }, startMs);
  const atMs = (minutes: number) => startMs + minutes * minuteMs;
  const fromMs = (minutes: number) => spansAfter(span, { ...well, nextAtMs: atMs(9) }, atMs(minutes))[0]?.fromMs;
  expect([fromMs(3), fromMs(4)]).toEqual([startMs, atMs(4)]);
});

test('a clock that was set back counts in the last minute of the latest span', () => {
  const [latest] = spansOf(many(12, well));
  const early = startMs - dayMs;
  expect(spansAfter(latest, { ...well, nextAtMs: early }, early)).toMatchObject([
    { fromMs: startMs, lastMinuteMs: startMs + 2 * minuteMs, well: 13 },
  ]);
});

test('a workspace that is polled well for a day takes one row, and for two days two', async () => {
  const path = join(tempFolder(), 'store.sqlite');
  let nowMs = startMs;
  const pollForADay = async (): Promise<unknown[]> => {
    const store = createSqliteStore(path, () => nowMs);
    await store.tenant('org').subscribe(newHook({ targetHash: 'target' }));
    for (let polls = 0; polls < 1_440; polls += 1) {
      const [claim] = await store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
      if (claim === undefined) throw new Error('The workspace is not due.');
      const { organizationId, lease } = claim;
      const outcome = { organizationId, lease, nextPollInMs: minuteMs, result: 'done' as const, sawChange: false };
      await store.work.finishPolls([outcome]);
      nowMs += minuteMs;
    }
    const readings = await store.tenant('org').readings({ sinceMs: startMs, untilMs: nowMs });
    await store.close();
    const database = new SqliteDatabase(path);
    const rows = database.prepare('select well from poll_span').all();
    database.close();
    return [rows, ...readings.map(({ polls, ...time }) => ({ ...time, well: polls.well }))];
  };
  const time = { fromMs: startMs, isRead: true, reason: null };
  expect(await pollForADay()).toEqual([[{ well: 1_440 }], { ...time, untilMs: startMs + dayMs, well: 1_440 }]);
  expect(await pollForADay()).toEqual([
    [{ well: 1_440 }, { well: 1_440 }],
    { ...time, untilMs: startMs + 2 * dayMs, well: 2_880 },
  ]);
});

const minutesBefore = `
  create table poll_minute (
    organization_id text not null, minute_ms bigint not null, well integer not null, failed integer not null,
    limited integer not null, reason text, next_at_ms bigint not null, primary key (organization_id, minute_ms));
  insert into poll_minute values
    ${[
      ...[0, 1, 2].map((minute) => `('org', ${minute}, 4, 0, 0, null, ${minute + 1})`),
      `('org', 3, 3, 1, 0, 'no', 4)`,
      ...[4, 5].map((minute) => `('org', ${minute}, 0, 4, 0, 'no', ${minute + 1})`),
      ...[30, 31, 50, 1440].map((minute) => `('org', ${minute}, 4, 0, 0, null, ${minute + 1})`),
      `('other', 1, 4, 0, 0, null, 2)`,
    ]
      .join(',\n    ')
      .replaceAll(
        /\('(\w+)', (\d+), (.*), (\d+)\)/g,
        (_, org, minute, counts, next) =>
          `('${org}', ${startMs + minute * minuteMs}, ${counts}, ${startMs + next * minuteMs})`,
      )};`;

const foldedSpans = [
  ['org', 0, 2, 12, 0, null],
  ['org', 3, 3, 3, 1, 'no'],
  ['org', 4, 5, 0, 8, 'no'],
  ['org', 30, 31, 8, 0, null],
  ['org', 50, 50, 4, 0, null],
  ['org', 1440, 1440, 4, 0, null],
  ['other', 1, 1, 4, 0, null],
];

const folded = `
  select organization_id, (from_ms - ${startMs}) / ${minuteMs} as "from", (last_minute_ms - ${startMs}) / ${minuteMs} as "to",
         well, failed, reason
  from poll_span order by organization_id, from_ms`;

const valuesOf = (rows: readonly unknown[]): unknown[][] =>
  rows.map((row) => Object.values(row ?? {}).map((value) => (/^\d+$/.test(String(value)) ? Number(value) : value)));

test('the minutes that an earlier version kept become spans', () => {
  const database = new SqliteDatabase(':memory:');
  database.exec(minutesBefore);
  database.exec(sqlitePollSpans);
  expect(valuesOf(database.prepare(folded).all())).toEqual(foldedSpans);
  database.close();
});

testPostgres('the minutes that an earlier version kept become spans over PostgreSQL', async () => {
  const client = await connectPostgres(await newSchemaUrl());
  await client.query(minutesBefore);
  await client.query(postgresPollSpans);
  expect(valuesOf((await client.query(folded)).rows)).toEqual(foldedSpans);
});
