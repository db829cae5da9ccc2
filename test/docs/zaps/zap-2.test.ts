// Slow: it starts the built server and the built app.

import { beforeAll, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import type { OtherAppStep, ZapRun } from '../../../dev/local-zapier/written-zap/run-steps.ts';
import { withoutStep } from '../../support/changed-steps.ts';
import { playSlack } from '../../support/play-slack.ts';
import { readWorkedZap } from '../../support/worked-zaps.ts';
import { namesakes, type Stage, startStage } from '../../support/zap-stage.ts';

const leaveBegins = readWorkedZap('Zap 2a');
const leaveEnds = readWorkedZap('Zap 2b');

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});

test('the tables give what the document says', () => {
  expect(leaveBegins.gives).toEqual(['Person Email', 'Stand-in Email', 'First Day', 'Back On']);
  expect(leaveEnds.gives).toEqual(['Person Email', 'Stand-in Email', 'Back On', 'Give Back']);
});

/** What waits for a day goes on when the day comes; rows of a table start the Zap that waits for them. */
const playOffice = async () => {
  const waiting: { day: string; goOn: () => void }[] = [];
  const { texts, players } = playSlack();
  const rows: Readonly<Record<string, string>>[] = [];
  const returns: Promise<ZapRun>[] = [];
  const wait: OtherAppStep = async ({ 'Date/Time Delayed Until': day = '' }) => {
    await new Promise<void>((goOn) => waiting.push({ day, goOn }));
    return {};
  };
  const back = await stage.setUp(leaveEnds, { ...players, 'Delay by Zapier: Delay Until': wait });
  const keep: OtherAppStep = async ({ Table, ...row }) => {
    if (Table !== 'Handed Over') throw new Error(`Nothing is kept in ${Table}.`);
    rows.push(row);
    returns.push(back.start(row));
    return row;
  };
  const leave = await stage.setUp(leaveBegins, {
    ...players,
    'Delay by Zapier: Delay Until': wait,
    'Zapier Tables: Create Record': keep,
  });
  const dayComes = async (wanted: string, count: number) => {
    const due = () => waiting.filter(({ day }) => day === wanted);
    await waitUntil(`${count} runs wait for ${wanted}`, () => due().length === count);
    for (const { goOn } of due()) goOn();
    waiting.splice(0, waiting.length, ...waiting.filter(({ day }) => day !== wanted));
  };
  return { leave, texts, rows, returns, dayComes };
};

test('Zaps 2a and 2b hand over, and give back exactly what the stand-in still has of it', async () => {
  const [away, standIn, third] = [stage.somebody(3), stage.somebody(4), stage.somebody(2)];
  for (let count = 0; count < 30; count += 1) stage.createTask(away);
  const theirs = stage.openTasksOf(away);
  expect(theirs.length).toBeGreaterThan(55);
  const own = stage.openTasksOf(standIn);
  const [refusedFirst = '', movedOn = '', done = '', ...rest] = theirs.toReversed();
  expect(own.length).toBeGreaterThan(10);
  const { leave, texts, rows, returns, dayComes } = await playOffice();
  const changes = stage.watchChanges();
  const given = {
    'Person Email': away.email,
    'Stand-in Email': standIn.email,
    'First Day': '2026-07-06 07:00',
    'Back On': '2026-07-20 07:00',
  };

  const first = leave.start(given);
  expect(changes()).toEqual([]);
  stage.loop.sandbox.injectFault({ kind: 'rate limit', method: 'PATCH', path: `/v1/tasks/${refusedFirst}/assignee` });
  await dayComes('2026-07-06 07:00', 1);
  expect(await first).toMatchObject({ status: 'success' });
  const left = stage.openTasksOf(away);
  expect(left).toContain(refusedFirst);
  expect(texts()[0]).toContain(`Tasks left: ${left.length}. Back on 2026-07-20 07:00.`);
  expect(texts()[0]).toContain(
    `${theirs.length - left.length} tasks moved from ${away.name} (${away.email}) to ${standIn.name} (${standIn.email})`,
  );

  const second = leave.start(given);
  await dayComes('2026-07-06 07:00', 1);
  expect(await second).toMatchObject({ status: 'success' });
  expect(stage.openTasksOf(away)).toEqual([]);
  expect(rows.flatMap((row) => row['Give Back']?.split(',')).sort()).toEqual(theirs.toSorted());
  expect(changes()).toHaveLength(theirs.length);

  const cameMeanwhile = stage.createTask(away);
  stage.loop.sandbox.reassign(movedOn, third.userId);
  stage.loop.sandbox.completeTask(done);
  const givingBack = stage.watchChanges();
  await dayComes('2026-07-20 07:00', 2);

  expect(await Promise.all(returns)).toMatchObject([{ status: 'success' }, { status: 'success' }]);
  const goBack = [refusedFirst, ...rest];
  expect(givingBack().toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1))).toEqual(
    goBack.toSorted().map((taskId) => ({ taskId, previous: standIn.userId, next: away.userId })),
  );
  expect(stage.openTasksOf(away).sort()).toEqual([...goBack, cameMeanwhile].sort());
  expect(stage.openTasksOf(standIn).sort()).toEqual(own.toSorted());
  expect(stage.holderOf(movedOn)).toBe(third.userId);
  expect(stage.holderOf(done)).toBe(standIn.userId);
  expect(texts()).toHaveLength(4);
});

test('a hand-over of nothing keeps no row, and says nothing', async () => {
  const { leave, texts, rows, dayComes } = await playOffice();
  const changes = stage.watchChanges();

  const zapRun = leave.start({
    'Person Email': namesakes[0].email,
    'Stand-in Email': stage.somebody(4).email,
    'First Day': '2026-07-06 07:00',
    'Back On': '2026-07-20 07:00',
  });
  await dayComes('2026-07-06 07:00', 1);

  expect(await zapRun).toMatchObject({ status: 'filtered', at: 4 });
  expect([rows, texts(), changes()]).toEqual([[], [], []]);
});

test.each([
  ['as it stands in the document', leaveEnds.steps, { status: 'filtered', at: 2 }],
  ['without its filter', withoutStep(leaveEnds.steps, 2), { status: 'halted', at: 4 }],
])('Zap 2b %s takes nothing from the stand-in when nothing was handed over', async (_how, steps, end) => {
  const wait: OtherAppStep = async () => ({});
  const zap = await stage.setUp({ ...leaveEnds, steps }, { 'Delay by Zapier: Delay Until': wait });
  const changes = stage.watchChanges();

  const zapRun = await zap.start({
    'Person Email': stage.somebody(3).email,
    'Stand-in Email': stage.somebody(4).email,
    'Back On': '2026-07-20 07:00',
    'Give Back': '',
  });

  expect(zapRun).toMatchObject(end);
  expect(changes()).toEqual([]);
});
