// Slow: it starts the built server and the built app.

import { beforeAll, expect, test } from '@jest/globals';
import { changed, choosing, stepIn, withoutStep } from '../../support/changed-steps.ts';
import { untilKnown } from '../../support/known-contacts.ts';
import { listenAndTell, playSlack, slackIdOf } from '../../support/play-slack.ts';
import { readDocumentedEnds, readWorkedZap } from '../../support/worked-zaps.ts';
import { namesakes, type Person, type Players, type Stage, startStage } from '../../support/zap-stage.ts';

const dealMoved = readWorkedZap('Zap 1');
const dealMovedSilently = readWorkedZap('Zap 1b');
const tellNewPerson = readWorkedZap('Zap 3');

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});

/** A contact with two open tasks of one sequence, with two people, and one that is done; and a newer task of another. */
const createDeal = () => {
  const [owner, colleague] = [stage.somebody(0), stage.somebody(1)];
  const sequence_id = crypto.randomUUID();
  const taskId = stage.createTask(owner, { sequence_id, type: 'CALL', priority: 'HOT' });
  const siblingId = stage.createTask(colleague, { sequence_id, status: 'IN_PROGRESS' });
  stage.createTask(owner, { sequence_id, status: 'COMPLETED' });
  const { sequences, contacts } = stage.loop.sandbox.workspaces[0];
  const contact = contacts.get(sequences.get(sequence_id)?.contactId ?? '');
  const another = [...sequences.values()].find(({ contactId }) => contactId !== contact?.id);
  stage.createTask(owner, { sequence_id: another?.id ?? '' });
  return { owner, colleague, taskId, siblingId, contactEmail: contact?.email ?? '' };
};

const dealOf = (newOwner: string, { owner, contactEmail }: { owner: Person; contactEmail: string }) => ({
  'Owner Email': newOwner,
  'Previous Owner Email': owner.email,
  'Contact Email': contactEmail,
});

test('the CRM gives what the document says', () => {
  expect(dealMoved.gives).toEqual(Object.keys(dealOf('', { owner: stage.somebody(0), contactEmail: '' })));
  expect(dealMovedSilently.gives).toEqual(['Owner Email', 'Contact Email']);
});

test('Zap 1 moves the contact’s open tasks to the new owner, and Zap 3 tells them once, by name', async () => {
  const deal = createDeal();
  const newOwner = stage.somebody(5);
  const { zap: listening, messages } = await listenAndTell(stage, tellNewPerson);
  const changes = stage.watchChanges();
  const zap = await stage.setUp(dealMoved);

  const zapRun = await zap.start(dealOf(newOwner.email.toUpperCase(), deal));

  expect(zapRun).toMatchObject({ status: 'success' });
  expect(zapRun.outputs.get(4)).toMatchObject({ id: deal.taskId, changed: true, preview: false, moved_count: 2 });
  expect(changes()).toEqual([
    { taskId: deal.taskId, previous: deal.owner.userId, next: newOwner.userId },
    { taskId: deal.siblingId, previous: deal.colleague.userId, next: newOwner.userId },
  ]);
  await stage.heardBy(listening, 1);
  expect(listening.zap?.posts).toHaveLength(1);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({ 'To Username': slackIdOf(newOwner.email) });
  const text = messages[0]?.['Message Text'];
  expect(text).toMatch(new RegExp(`^Hello ${newOwner.name}, there is something new for you in Topo\\. 2 tasks? `));
  expect(text).toContain(` to ${newOwner.name}`);
  for (const { name } of [deal.owner, deal.colleague]) expect(text).toContain(name);
});

test('Zap 1 as a preview says the same and changes nothing', async () => {
  const deal = createDeal();
  const changes = stage.watchChanges();
  const zap = await stage.setUp({
    ...dealMoved,
    steps: choosing(dealMoved.steps, 4, 'Preview Only', 'Yes'),
  });

  const zapRun = await zap.start(dealOf(stage.somebody(5).email, deal));

  expect(zapRun.outputs.get(4)).toMatchObject({ changed: false, preview: true, moved_count: 2 });
  expect(changes()).toEqual([]);
});

test('Zap 1 leaves everybody’s tasks alone when the deal has no contact', async () => {
  const changes = stage.watchChanges();
  const zap = await stage.setUp(dealMoved);

  const zapRun = await zap.start(dealOf(stage.somebody(5).email, { owner: stage.somebody(0), contactEmail: '' }));

  expect(zapRun).toMatchObject({ status: 'filtered', at: 2 });
  expect(changes()).toEqual([]);
});

/** A contact in two sequences, with a task in each. */
const createContact = (email: string) => {
  const { sandbox } = stage.loop;
  const contact = sandbox.createContact({ firstName: 'Ada', lastName: 'Moreau', companyName: 'Initech', email });
  const [first, second] = [0, 1].map(() => sandbox.createSequence({ contactId: contact.id }).id);
  return [
    stage.createTask(stage.somebody(0), { sequence_id: first ?? '' }),
    stage.createTask(stage.somebody(1), { sequence_id: second ?? '' }),
  ];
};

test('Zap 1b moves all open tasks of the contact, in both sequences, and its message says so', async () => {
  const tasks = createContact('ada.1b@initech.example');
  const newOwner = stage.somebody(5);
  const { texts, players } = playSlack();
  const zap = await stage.setUp(dealMovedSilently, players);
  await untilKnown({ serverUrl: stage.loop.server.url, workspace: stage.loop.sandbox.workspaces[0] });
  const changes = stage.watchChanges();

  const zapRun = await zap.start({ 'Owner Email': newOwner.email, 'Contact Email': 'ada.1b@initech.example' });

  expect(zapRun).toMatchObject({ status: 'success' });
  expect(changes().toSorted((one, other) => tasks.indexOf(one.taskId) - tasks.indexOf(other.taskId))).toEqual([
    { taskId: tasks[0], previous: stage.somebody(0).userId, next: newOwner.userId },
    { taskId: tasks[1], previous: stage.somebody(1).userId, next: newOwner.userId },
  ]);
  expect(texts()).toEqual([`2 tasks moved to ${newOwner.name} (${newOwner.email}). Contact: Ada Moreau, Initech.`]);
});

test('Zap 1b leaves everybody’s tasks alone when the deal has no contact or no owner', async () => {
  const changes = stage.watchChanges();
  const zap = await stage.setUp(dealMovedSilently, playSlack().players);

  for (const deal of [
    { 'Owner Email': stage.somebody(5).email, 'Contact Email': '' },
    { 'Owner Email': '', 'Contact Email': 'ada@initech.example' },
  ]) {
    expect(await zap.start(deal)).toMatchObject({ status: 'filtered', at: 2 });
  }
  expect(changes()).toEqual([]);
});

type End = { status: string; reason: string };

const endOf = async (
  triggered: Record<string, unknown>,
  steps = dealMoved.steps,
  players: Players = {},
  connection = stage.loop.connection,
): Promise<End> => {
  const zapRun = await (await stage.setUp({ ...dealMoved, steps }, players, connection)).start(triggered);
  return { status: zapRun.status, reason: 'reason' in zapRun ? zapRun.reason : '' };
};

/** Lets everything go wrong that the document tells of; nothing of it may change anything. */
const makeEnds = async (): Promise<End[]> => {
  const deal = createDeal();
  const newOwner = stage.somebody(5).email;
  const findNow = changed(dealMoved.steps, 3, { app: 'Elsewhere' });
  const late = stage.createTask(stage.somebody(2));
  const findLate = async () => ({ Task: late });
  const [toni] = namesakes;
  stage.createTask(toni, { status: 'COMPLETED' });
  const tasksOnly = stage.loop.zapier.connect({ api_key: stage.loop.sandbox.workspaces[0].keys.tasksOnly });
  const withoutFilter = withoutStep(dealMoved.steps, 2);
  const ofAnyStatus = changed(dealMoved.steps, 3, {
    fields: stepIn(dealMoved.steps, 3).fields.filter(({ label }) => label !== 'Task Status'),
  });
  return [
    await endOf(dealOf('nobody@northwind.example', deal)),
    await endOf(dealOf('Toni Namesake', deal)),
    await endOf(dealOf(newOwner, deal), findNow, { 'Elsewhere: Find Task': findLate }),
    await endOf(dealOf(newOwner, { ...deal, owner: toni })),
    await endOf(dealOf(newOwner, { ...deal, owner: toni }), ofAnyStatus),
    await endOf(dealOf(newOwner, { ...deal, contactEmail: '' }), withoutFilter),
    await endOf(dealOf(newOwner, deal), dealMoved.steps, {}, tasksOnly),
  ];
};

test('runs that go wrong change nothing, and say what the document quotes', async () => {
  const changes = stage.watchChanges();
  const ends = await makeEnds();
  const documented = readDocumentedEnds().filter(({ pieces }) => pieces.length > 0);

  expect(changes()).toEqual([]);
  expect(documented).toHaveLength(ends.length);
  for (const [position, { status, pieces }] of documented.entries()) {
    expect(ends[position]?.status).toBe(status);
    for (const piece of pieces) expect(ends[position]?.reason).toContain(piece);
  }
});
