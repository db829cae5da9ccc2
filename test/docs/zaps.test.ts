// Slow: it starts the built server and the built app.

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Loop, startLoop } from '../../dev/local-loop/start-loop.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import type { OtherAppStep, ZapRun } from '../../dev/local-zapier/written-zap/run-steps.ts';
import type { WrittenStep } from '../../dev/local-zapier/written-zap/written-step.ts';
import { createWrittenZap, type WrittenZap } from '../../dev/local-zapier/written-zap/written-zap.ts';
import type { Connection } from '../../dev/local-zapier/zapier-connection.ts';
import { untilKnown } from '../support/known-contacts.ts';
import { readDocumentedEnds, readQuotes, readWorkedZap, type WorkedZap } from '../support/worked-zaps.ts';

// The Zaps of docs/zaps.md, read from the document and run as they stand there: Topo is the sandbox, the app and the
// webhook server are the real ones. What other apps do in these Zaps is played here.

const dealMoved = readWorkedZap('Zap 1');
const dealMovedSilently = readWorkedZap('Zap 1b');
const leaveBegins = readWorkedZap('Zap 2a');
const leaveEnds = readWorkedZap('Zap 2b');
const tellNewPerson = readWorkedZap('Zap 3');

let loop: Loop;
const turnedOn: WrittenZap[] = [];

type Person = { name: string; email: string; userId: string };

const post = async (path: string, body: unknown): Promise<void> => {
  const response = await fetch(`${loop.server.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${loop.connection.authData['api_key']}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}.`);
};

const name = (people: readonly Person[]): Promise<void> =>
  post(
    '/people/import',
    people.map(({ userId, ...names }) => ({ user_id: userId, ...names })),
  );

/** Five who have tasks, one who has none, and two who share a name and have nothing to do with Topo. */
const people = (): readonly Person[] => loop.sandbox.workspaces[0].people;
const somebody = (position: number): Person => {
  const person = people()[position];
  if (person === undefined) throw new Error(`There is no person ${position}.`);
  return person;
};

const namesakes = [
  { userId: '0b1f7c5e-93a2-4d6b-8f04-5a6d7e8f9a01', name: 'Toni Namesake', email: 'toni.1@northwind.example' },
  { userId: '0b1f7c5e-93a2-4d6b-8f04-5a6d7e8f9a02', name: 'Toni Namesake', email: 'toni.2@northwind.example' },
];

beforeAll(async () => {
  loop = await startLoop();
  await name([...people(), ...namesakes]);
});

afterEach(async () => {
  for (const { zap } of turnedOn.splice(0)) await zap?.turnOff();
  loop.sandbox.clearFaults();
});

afterAll(() => loop?.close());

const goOnIfAllExist: OtherAppStep = async (fields) =>
  Object.values(fields).every((value) => value !== '') ? {} : 'filtered';

type Players = Record<string, OtherAppStep>;

const setUp = (
  { title, steps }: Pick<WorkedZap, 'title' | 'steps'>,
  players: Players = {},
  connection: Connection = loop.connection,
): Promise<WrittenZap> =>
  createWrittenZap({
    zapier: loop.zapier,
    name: title,
    steps,
    connection,
    appName: 'Topo',
    otherApps: { 'Filter by Zapier: Only Continue If': goOnIfAllExist, ...players },
  });

const turnOn = async (zap: WrittenZap): Promise<void> => {
  turnedOn.push(zap);
  await zap.zap?.turnOn();
  await loop.listening();
};

type Message = Readonly<Record<string, string>>;

const slackIdOf = (email: string): string => `U-${email}`;

/** The Zap 3 of the document, and the messages that it has sent. */
const listenAndTell = async (steps = tellNewPerson.steps) => {
  const messages: Message[] = [];
  const findUser: OtherAppStep = async ({ Email = '' }) => ({ ID: slackIdOf(Email) });
  const send: OtherAppStep = async (message) => {
    messages.push(message);
    return {};
  };
  const zap = await setUp(
    { ...tellNewPerson, steps },
    { 'Slack: Find User by Email': findUser, 'Slack: Send Direct Message': send },
  );
  await turnOn(zap);
  return { zap, messages };
};

const heardBy = async ({ runs }: WrittenZap, count: number): Promise<void> => {
  await waitUntil(`${count} runs have ended`, () => runs.length >= count);
  await loop.settled();
  await loop.zapier.idle();
};

/** The changes in Topo from now on, as `task: person → person`. */
const watchChanges = () => {
  const before = loop.sandbox.changes.length;
  return () =>
    loop.sandbox.changes.entries.slice(before).map(({ taskId, previous, next }) => ({ taskId, previous, next }));
};

const holderOf = (taskId: string): string | null | undefined => loop.sandbox.task(taskId)?.assignee_user_id;

const isOpen = ({ status }: { status: string }): boolean => status === 'PENDING' || status === 'IN_PROGRESS';

const openTasksOf = ({ userId }: Person): string[] =>
  loop.sandbox.workspaces[0].tasks
    .filter((task) => isOpen(task) && task.assignee_user_id === userId)
    .map(({ id }) => id);

type NewTask = NonNullable<Parameters<Loop['sandbox']['createTask']>[0]>;

const createTask = ({ userId }: Person, task: NewTask = {}): string =>
  loop.sandbox.createTask({ assignee_user_id: userId, ...task }).id;

/** A run of the template and with the contact that the document's messages name. */
const createRun = (): string => {
  const { sandbox } = loop;
  const contact = sandbox.createContact({ firstName: 'Ada', lastName: 'Moreau', companyName: 'Initech' });
  const template = sandbox.createTemplate('Trial Follow-up');
  return sandbox.createSequence({ contactId: contact.id, templateId: template.id }).id;
};

const changed = (steps: WorkedZap['steps'], number: number, change: Partial<WrittenStep>): WorkedZap['steps'] => {
  const [trigger, ...others] = steps.map((step) => (step.number === number ? { ...step, ...change } : step));
  if (trigger === undefined) throw new Error('There is no trigger.');
  return [trigger, ...others];
};

const without = ([trigger, ...others]: WorkedZap['steps'], number: number): WorkedZap['steps'] => [
  trigger,
  ...others.filter((step) => step.number !== number),
];

const choosing = ({ fields }: WrittenStep, label: string, choice: string): Pick<WrittenStep, 'fields'> => ({
  fields: fields.map((field) => (field.label === label ? { label, filled: [choice] } : field)),
});

/** A contact with two open tasks of one sequence, with two people, and one that is done; and a newer task of another. */
const createDeal = () => {
  const [owner, colleague] = [somebody(0), somebody(1)];
  const sequence_id = crypto.randomUUID();
  const taskId = createTask(owner, { sequence_id, type: 'CALL', priority: 'HOT' });
  const siblingId = createTask(colleague, { sequence_id, status: 'IN_PROGRESS' });
  createTask(owner, { sequence_id, status: 'COMPLETED' });
  const { sequences, contacts } = loop.sandbox.workspaces[0];
  const contact = contacts.get(sequences.get(sequence_id)?.contactId ?? '');
  const another = [...sequences.values()].find(({ contactId }) => contactId !== contact?.id);
  createTask(owner, { sequence_id: another?.id ?? '' });
  return { owner, colleague, taskId, siblingId, contactEmail: contact?.email ?? '' };
};

const dealOf = (newOwner: string, { owner, contactEmail }: { owner: Person; contactEmail: string }) => ({
  'Owner Email': newOwner,
  'Previous Owner Email': owner.email,
  'Contact Email': contactEmail,
});

test('the triggers of other apps give what the document says', () => {
  expect(dealMoved.gives).toEqual(Object.keys(dealOf('', { owner: somebody(0), contactEmail: '' })));
  expect(dealMovedSilently.gives).toEqual(['Owner Email', 'Contact Email']);
  expect(leaveBegins.gives).toEqual(['Person Email', 'Stand-in Email', 'First Day', 'Back On']);
  expect(leaveEnds.gives).toEqual(['Person Email', 'Stand-in Email', 'Back On', 'Give Back']);
});

test('Zap 1 moves the contact’s open tasks to the new owner, and Zap 3 tells them once, by name', async () => {
  const deal = createDeal();
  const newOwner = somebody(5);
  const { zap: listening, messages } = await listenAndTell();
  const changes = watchChanges();
  const zap = await setUp(dealMoved);

  const zapRun = await zap.start(dealOf(newOwner.email.toUpperCase(), deal));

  expect(zapRun).toMatchObject({ status: 'success' });
  expect(zapRun.outputs.get(4)).toMatchObject({ id: deal.taskId, changed: true, preview: false, moved_count: 2 });
  expect(changes()).toEqual([
    { taskId: deal.taskId, previous: deal.owner.userId, next: newOwner.userId },
    { taskId: deal.siblingId, previous: deal.colleague.userId, next: newOwner.userId },
  ]);
  await heardBy(listening, 1);
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
  const [reassignment] = dealMoved.steps.filter(({ number }) => number === 4);
  if (reassignment === undefined) throw new Error('Zap 1 has no step 4.');
  const changes = watchChanges();
  const zap = await setUp({
    ...dealMoved,
    steps: changed(dealMoved.steps, 4, choosing(reassignment, 'Preview Only', 'Yes')),
  });

  const zapRun = await zap.start(dealOf(somebody(5).email, deal));

  expect(zapRun.outputs.get(4)).toMatchObject({ changed: false, preview: true, moved_count: 2 });
  expect(changes()).toEqual([]);
});

/** What *Send Channel Message* was told. */
const keepMessages = () => {
  const messages: Message[] = [];
  const say: OtherAppStep = async (message) => {
    messages.push(message);
    return {};
  };
  return { messages, players: { 'Slack: Send Channel Message': say } };
};

/** A contact in two sequences, with a task in each. */
const createContact = (email: string) => {
  const { sandbox } = loop;
  const contact = sandbox.createContact({ firstName: 'Ada', lastName: 'Moreau', companyName: 'Initech', email });
  const [first, second] = [0, 1].map(() => sandbox.createSequence({ contactId: contact.id }).id);
  return [
    createTask(somebody(0), { sequence_id: first ?? '' }),
    createTask(somebody(1), { sequence_id: second ?? '' }),
  ];
};

test('Zap 1b moves all open tasks of the contact, in both sequences, and its message says so', async () => {
  const tasks = createContact('ada.1b@initech.example');
  const newOwner = somebody(5);
  const { messages, players } = keepMessages();
  const zap = await setUp(dealMovedSilently, players);
  await untilKnown({ serverUrl: loop.server.url, workspace: loop.sandbox.workspaces[0] });
  const changes = watchChanges();

  const zapRun = await zap.start({ 'Owner Email': newOwner.email, 'Contact Email': 'ada.1b@initech.example' });

  expect(zapRun).toMatchObject({ status: 'success' });
  expect(changes().toSorted((one, other) => tasks.indexOf(one.taskId) - tasks.indexOf(other.taskId))).toEqual([
    { taskId: tasks[0], previous: somebody(0).userId, next: newOwner.userId },
    { taskId: tasks[1], previous: somebody(1).userId, next: newOwner.userId },
  ]);
  expect(messages.map((message) => message['Message Text'])).toEqual([
    `2 tasks moved to ${newOwner.name} (${newOwner.email}). Contact: Ada Moreau, Initech.`,
  ]);
});

test('Zap 1b leaves everybody’s tasks alone when the deal has no contact or no owner', async () => {
  const changes = watchChanges();
  const zap = await setUp(dealMovedSilently, keepMessages().players);

  for (const deal of [
    { 'Owner Email': somebody(5).email, 'Contact Email': '' },
    { 'Owner Email': '', 'Contact Email': 'ada@initech.example' },
  ]) {
    expect(await zap.start(deal)).toMatchObject({ status: 'filtered', at: 2 });
  }
  expect(changes()).toEqual([]);
});

test('Zap 1 leaves everybody’s tasks alone when the deal has no contact', async () => {
  const changes = watchChanges();
  const zap = await setUp(dealMoved);

  const zapRun = await zap.start(dealOf(somebody(5).email, { owner: somebody(0), contactEmail: '' }));

  expect(zapRun).toMatchObject({ status: 'filtered', at: 2 });
  expect(changes()).toEqual([]);
});

test('a colleague’s reassignment in Topo is told once, to whoever has the task now', async () => {
  const [before, after] = [somebody(1), somebody(2)];
  const taskId = createTask(before, { type: 'LINKEDIN_REPLY', priority: 'EXTRA', sequence_id: createRun() });
  const { zap, messages } = await listenAndTell();

  loop.sandbox.reassign(taskId, after.userId);
  await heardBy(zap, 1);

  expect(zap.zap?.posts).toHaveLength(1);
  expect(messages).toEqual([
    {
      'To Username': slackIdOf(after.email),
      'Message Text':
        `Hello ${after.name}, there is something new for you in Topo. A LinkedIn reply for Ada Moreau at Initech ` +
        `(Trial Follow-up, extra) went from ${before.name} to ${after.name}.`,
    },
  ]);
});

test('the messages of Zap 3 are those of the document, word for word', async () => {
  const [robin, kim] = [somebody(1), somebody(2)];
  await name([
    { ...robin, name: 'Robin Okafor', email: 'robin@example.com' },
    { ...kim, name: 'Kim Lindqvist', email: 'kim@example.com' },
  ]);
  const sequence_id = createRun();
  const alone = createTask(robin, { sequence_id: createRun(), type: 'CALL', priority: 'HOT' });
  const [together = ''] = (['CALL', 'EMAIL_REPLY', 'LINKEDIN_REPLY'] as const).map((type) =>
    createTask(robin, { sequence_id, type, priority: 'TODAY' }),
  );
  const { zap, messages } = await listenAndTell();

  loop.sandbox.reassign(alone, kim.userId);
  await heardBy(zap, 1);
  await loop.connection.act('reassign_task', {
    task_id: together,
    assignee_user_id: kim.userId,
    scope: 'SEQUENCE',
  });
  await heardBy(zap, 2);
  await name([robin, kim]);

  expect(messages.map((message) => message['Message Text'])).toEqual(readQuotes('Zap 3'));
});

test('whoever has no e-mail yet gets no message, and the run says so', async () => {
  const taskId = createTask(somebody(1));
  const { zap, messages } = await listenAndTell();

  loop.sandbox.reassign(taskId, '0b1f7c5e-93a2-4d6b-8f04-5a6d7e8f9a03');
  await heardBy(zap, 1);

  expect(zap.runs).toMatchObject([{ status: 'filtered', at: 2 }]);
  expect(messages).toEqual([]);
});

/** What waits for a day goes on when the day comes; rows of a table start the Zap that waits for them. */
const playOffice = async () => {
  const waiting: { day: string; goOn: () => void }[] = [];
  const messages: Message[] = [];
  const rows: Message[] = [];
  const returns: Promise<ZapRun>[] = [];
  const wait: OtherAppStep = async ({ 'Date/Time Delayed Until': day = '' }) => {
    await new Promise<void>((goOn) => waiting.push({ day, goOn }));
    return {};
  };
  const say: OtherAppStep = async (message) => {
    messages.push(message);
    return {};
  };
  const back = await setUp(leaveEnds, { 'Delay by Zapier: Delay Until': wait, 'Slack: Send Channel Message': say });
  const keep: OtherAppStep = async ({ Table, ...row }) => {
    if (Table !== 'Handed Over') throw new Error(`Nothing is kept in ${Table}.`);
    rows.push(row);
    returns.push(back.start(row));
    return row;
  };
  const leave = await setUp(leaveBegins, {
    'Delay by Zapier: Delay Until': wait,
    'Slack: Send Channel Message': say,
    'Zapier Tables: Create Record': keep,
  });
  const dayComes = async (wanted: string, count: number) => {
    const due = () => waiting.filter(({ day }) => day === wanted);
    await waitUntil(`${count} runs wait for ${wanted}`, () => due().length === count);
    for (const { goOn } of due()) goOn();
    waiting.splice(0, waiting.length, ...waiting.filter(({ day }) => day !== wanted));
  };
  return { leave, messages, rows, returns, dayComes };
};

test('Zaps 2a and 2b hand over, and give back exactly what the stand-in still has of it', async () => {
  const [away, standIn, third] = [somebody(3), somebody(4), somebody(2)];
  for (let count = 0; count < 30; count += 1) createTask(away);
  const theirs = openTasksOf(away);
  expect(theirs.length).toBeGreaterThan(55);
  const own = openTasksOf(standIn);
  const [refusedFirst = '', movedOn = '', done = '', ...rest] = theirs.toReversed();
  expect(own.length).toBeGreaterThan(10);
  const { leave, messages, rows, returns, dayComes } = await playOffice();
  const changes = watchChanges();
  const given = {
    'Person Email': away.email,
    'Stand-in Email': standIn.email,
    'First Day': '2026-07-06 07:00',
    'Back On': '2026-07-20 07:00',
  };

  const first = leave.start(given);
  expect(changes()).toEqual([]);
  loop.sandbox.injectFault({ kind: 'rate limit', method: 'PATCH', path: `/v1/tasks/${refusedFirst}/assignee` });
  await dayComes('2026-07-06 07:00', 1);
  expect(await first).toMatchObject({ status: 'success' });
  const left = openTasksOf(away);
  expect(left).toContain(refusedFirst);
  expect(messages[0]?.['Message Text']).toContain(`Tasks left: ${left.length}. Back on 2026-07-20 07:00.`);
  expect(messages[0]?.['Message Text']).toContain(
    `${theirs.length - left.length} tasks moved from ${away.name} (${away.email}) to ${standIn.name} (${standIn.email})`,
  );

  const second = leave.start(given);
  await dayComes('2026-07-06 07:00', 1);
  expect(await second).toMatchObject({ status: 'success' });
  expect(openTasksOf(away)).toEqual([]);
  expect(rows.flatMap((row) => row['Give Back']?.split(',')).sort()).toEqual(theirs.toSorted());
  expect(changes()).toHaveLength(theirs.length);

  const cameMeanwhile = createTask(away);
  loop.sandbox.reassign(movedOn, third.userId);
  loop.sandbox.completeTask(done);
  const givingBack = watchChanges();
  await dayComes('2026-07-20 07:00', 2);

  expect(await Promise.all(returns)).toMatchObject([{ status: 'success' }, { status: 'success' }]);
  const goBack = [refusedFirst, ...rest];
  expect(givingBack().toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1))).toEqual(
    goBack.toSorted().map((taskId) => ({ taskId, previous: standIn.userId, next: away.userId })),
  );
  expect(openTasksOf(away).sort()).toEqual([...goBack, cameMeanwhile].sort());
  expect(openTasksOf(standIn).sort()).toEqual(own.toSorted());
  expect(holderOf(movedOn)).toBe(third.userId);
  expect(holderOf(done)).toBe(standIn.userId);
  expect(messages).toHaveLength(4);
});

test('a hand-over of nothing keeps no row, and says nothing', async () => {
  const { leave, messages, rows, dayComes } = await playOffice();
  const changes = watchChanges();

  const zapRun = leave.start({
    'Person Email': namesakes[0]?.email,
    'Stand-in Email': somebody(4).email,
    'First Day': '2026-07-06 07:00',
    'Back On': '2026-07-20 07:00',
  });
  await dayComes('2026-07-06 07:00', 1);

  expect(await zapRun).toMatchObject({ status: 'filtered', at: 4 });
  expect([rows, messages, changes()]).toEqual([[], [], []]);
});

test.each([
  ['as it stands in the document', leaveEnds.steps, { status: 'filtered', at: 2 }],
  ['without its filter', without(leaveEnds.steps, 2), { status: 'halted', at: 4 }],
])('Zap 2b %s takes nothing from the stand-in when nothing was handed over', async (_how, steps, end) => {
  const wait: OtherAppStep = async () => ({});
  const zap = await setUp({ ...leaveEnds, steps }, { 'Delay by Zapier: Delay Until': wait });
  const changes = watchChanges();

  const zapRun = await zap.start({
    'Person Email': somebody(3).email,
    'Stand-in Email': somebody(4).email,
    'Back On': '2026-07-20 07:00',
    'Give Back': '',
  });

  expect(zapRun).toMatchObject(end);
  expect(changes()).toEqual([]);
});

test('a Zap that ignores what Zapier did does not hear of hand-overs, and one that does not hears of each change once', async () => {
  const [before, after] = [somebody(0), somebody(5)];
  const taskIds = [createTask(before), createTask(before), createTask(before)];
  const [trigger] = tellNewPerson.steps;
  const everything = await listenAndTell();
  const quiet = await listenAndTell(
    changed(tellNewPerson.steps, 1, choosing(trigger, 'Ignore Changes Made by Zapier', 'Yes')),
  );
  const byColleague = createTask(before);
  await loop.settled();

  await loop.connection.act('hand_over_tasks', { to_user_id: after.userId, task_ids: taskIds });
  loop.sandbox.reassign(byColleague, after.userId);
  await heardBy(everything.zap, 4);
  await heardBy(quiet.zap, 1);

  expect(everything.zap.zap?.posts).toHaveLength(4);
  expect(everything.messages).toHaveLength(4);
  expect(quiet.messages).toHaveLength(1);
});

test.each([
  ['Yes', 1],
  ['No', 2],
])(
  'a Zap that listens and reassigns, and chooses %s in “Ignore Changes Made by Zapier”, runs %i times',
  async (choice, runs) => {
    const [before, after, last] = [somebody(0), somebody(1), somebody(5)];
    const taskId = createTask(before);
    const [trigger] = tellNewPerson.steps;
    const reassignment: WrittenStep = {
      number: 2,
      app: 'Topo',
      event: 'Reassign Task',
      fields: [
        { label: 'Task', filled: [{ step: 1, label: 'Task' }] },
        { label: 'New Assignee', filled: [last.email] },
      ],
    };
    const zap = await setUp({
      title: 'A Zap that listens and reassigns',
      steps: [{ ...trigger, ...choosing(trigger, 'Ignore Changes Made by Zapier', choice) }, reassignment],
    });
    await turnOn(zap);

    loop.sandbox.reassign(taskId, after.userId);
    await heardBy(zap, runs);

    expect(zap.runs).toHaveLength(runs);
    expect(holderOf(taskId)).toBe(last.userId);
  },
);

type End = { status: string; reason: string };

const endOf = async (
  triggered: Record<string, unknown>,
  steps = dealMoved.steps,
  players: Players = {},
  connection = loop.connection,
): Promise<End> => {
  const zapRun = await (await setUp({ ...dealMoved, steps }, players, connection)).start(triggered);
  return { status: zapRun.status, reason: 'reason' in zapRun ? zapRun.reason : '' };
};

/** Lets everything go wrong that the document tells of; nothing of it may change anything. */
const makeEnds = async (): Promise<End[]> => {
  const deal = createDeal();
  const newOwner = somebody(5).email;
  const findNow = changed(dealMoved.steps, 3, { app: 'Elsewhere' });
  const late = createTask(somebody(2));
  const findLate: OtherAppStep = async () => ({ Task: late });
  const [toni] = namesakes;
  if (toni === undefined) throw new Error('There are no namesakes.');
  createTask(toni, { status: 'COMPLETED' });
  const tasksOnly = loop.zapier.connect({ api_key: loop.sandbox.workspaces[0].keys.tasksOnly });
  const withoutFilter = without(dealMoved.steps, 2);
  const [search] = dealMoved.steps.filter(({ number }) => number === 3);
  const ofAnyStatus = changed(dealMoved.steps, 3, {
    fields: (search?.fields ?? []).filter(({ label }) => label !== 'Task Status'),
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
  const changes = watchChanges();
  const ends = await makeEnds();
  const documented = readDocumentedEnds().filter(({ pieces }) => pieces.length > 0);

  expect(changes()).toEqual([]);
  expect(documented).toHaveLength(ends.length);
  for (const [position, { status, pieces }] of documented.entries()) {
    expect(ends[position]?.status).toBe(status);
    for (const piece of pieces) expect(ends[position]?.reason).toContain(piece);
  }
});
