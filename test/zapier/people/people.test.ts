import { describe, expect, test } from '@jest/globals';
import { type DirectoryEntry, unnamedPerson } from '../../../contract/person.ts';
import { matchPeople } from '../../../zapier/people/match-people.ts';
import { type Office, startOffice } from '../../support/office.ts';
import type { startReceiver } from '../../support/receiver.ts';
import { runApp } from '../../support/zapier-app.ts';

const reassign = 'creates.reassign_task.operation.perform';
const personList = 'triggers.person_list.operation.perform';

const idOf = (digit: number): string => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;

const entry = (digit: number, name: string | null, email: string | null = null): DirectoryEntry => ({
  ...unnamedPerson(idOf(digit)),
  name,
  email,
});

const kim = { ...entry(1, 'Kim Lindqvist', 'kim@example.com'), aliases: ['k.lindqvist@crm.example'] };
const otherKim = entry(2, 'Kim Okafor', 'kim.okafor@example.com');
const jose = entry(3, 'José Ñáñez-Straße', 'jose@example.com');
const yuki = entry(4, '山田 ゆき', 'yuki@example.com');
const mailOnly = entry(5, null, 'desk@example.com');
const unnamed = entry(6, null);
const siobhan = entry(8, 'Siobhán O\u2019Hara\u2011Quinn', 'siobhan@example.com');
const directory = [kim, otherKim, jose, yuki, mailOnly, unnamed, siobhan];

describe('a person is found by', () => {
  test.each([
    ['an ID', kim.user_id, kim],
    ['an ID in capitals', kim.user_id.toUpperCase(), kim],
    ['an e-mail', 'kim@example.com', kim],
    ['an e-mail in capitals', ' KIM@Example.COM\n', kim],
    ['an e-mail with the name before it', 'Kim Lindqvist <kim@example.com>', kim],
    ['an e-mail with another name before it', '"Lindqvist, K." < desk@example.com >', mailOnly],
    ['an e-mail in brackets', '<desk@example.com>', mailOnly],
    ['the whole name', 'Kim Lindqvist', kim],
    ['the name with other spaces', 'kim \u00a0 LINDQVIST', kim],
    ['the name the other way round', 'Lindqvist, Kim', kim],
    ['one word of the name that only one has', 'okafor', otherKim],
    ['accents written in two characters', 'José Ñáñez-Straße'.normalize('NFD'), jose],
    ['letters of full width', 'Ｋｉｍ　Ｌｉｎｄｑｖｉｓｔ', kim],
    ['a name that is not Latin', '山田 ゆき', yuki],
    ['a name with marks that nobody sees', '\u200eKim\u200b Lindqvist\u202c', kim],
    ['an e-mail with a mark that nobody sees', '\u202akim@example.com\u202c', kim],
    ['a link to an e-mail', 'mailto:kim@example.com', kim],
    ['another address of theirs', 'K.Lindqvist@CRM.example', kim],
    ['a name with a typographic apostrophe', 'Siobhán O’Hara‑Quinn', siobhan],
    ['a name with a plain apostrophe', "siobhán o'hara-quinn", siobhan],
    ['a name with a prime and a dash', 'Siobhán O′Hara–Quinn', siobhan],
    ['a name with an accent for an apostrophe', 'Siobhán O´Hara—Quinn', siobhan],
    ['a name with a turned comma for an apostrophe', 'Siobhán OʻHara-Quinn', siobhan],
    ['a name in capitals that has more letters in capitals', 'JOSÉ ÑÁÑEZ-STRASSE', jose],
  ])('%s', (_how, text, person) => {
    expect(matchPeople(directory, text)).toEqual({ kind: 'one', person });
  });

  test.each([
    ['a name that nobody has', 'Robin'],
    ['an e-mail that nobody has', 'kim@example.org'],
    ['a part of a word', 'Lind'],
    ['a name of which one word is wrong', 'Kim Lindgren'],
    ['an e-mail that nobody has, although the name before it is known', 'Kim Lindqvist <other@example.com>'],
    ['a blank', ' \u00a0\u200b '],
    ['commas', ',,,'],
    ['an e-mail without its end', 'kim@'],
  ])('nobody by %s', (_how, text) => {
    expect(matchPeople(directory, text)).toEqual({ kind: 'none' });
  });

  test('addresses that differ by more than the case are two', () => {
    const desks = [entry(1, 'Desk', 'straße@example.com'), entry(2, 'Other Desk', 'strasse@example.com')];
    expect(desks.map(({ email }) => matchPeople(desks, email ?? ''))).toEqual(
      desks.map((person) => ({ kind: 'one', person })),
    );
    expect(matchPeople(desks.slice(0, 1), 'strasse@example.com')).toEqual({ kind: 'none' });
  });

  test('a word in several names may mean any of these people', () => {
    expect(matchPeople(directory, 'kim')).toEqual({ kind: 'several', people: [kim, otherKim] });
  });

  test('a whole name wins over its words in other names', () => {
    const short = entry(7, 'Kim');
    expect(matchPeople([...directory, short], 'KIM')).toEqual({ kind: 'one', person: short });
  });

  test('an e-mail wins over a name', () => {
    const odd = entry(7, 'kim@example.com');
    expect(matchPeople([odd, ...directory], 'kim@example.com')).toEqual({ kind: 'one', person: kim });
  });

  test('an address that is one person’s e-mail and another’s alias may mean both', () => {
    const desk = { ...entry(7, 'Desk', 'desk2@example.com'), aliases: ['KIM@example.com'] };
    expect(matchPeople([...directory, desk], 'kim@example.com')).toEqual({ kind: 'several', people: [kim, desk] });
  });

  test('two people with the same name are distinguished by their e-mails', () => {
    const twin = entry(7, 'kim lindqvist', 'kim2@example.com');
    expect(matchPeople([...directory, twin], 'Kim Lindqvist')).toEqual({ kind: 'several', people: [kim, twin] });
    expect(matchPeople([...directory, twin], 'kim2@example.com')).toEqual({ kind: 'one', person: twin });
  });

  test.each([
    ['@', (signs: string) => `<${signs}`],
    [' ', (signs: string) => `<a@b${signs}<`],
    ['a.', (signs: string) => `${signs}@`],
    ['<', (signs: string) => signs],
  ])('a million of “%s” are read at once: a pattern that tried every place again would take hours', (sign, write) => {
    expect(matchPeople(directory, write(sign.repeat(1_000_000)))).toEqual({ kind: 'none' });
  });
});

describe('in a field', () => {
  const thrownBy = (office: Office, person: unknown) =>
    office.app.thrownBy(reassign, {
      inputData: { task_id: office.createTask().id, assignee_user_id: person },
    });

  test('an unknown person halts the run, and the known people are listed', async () => {
    const office = await startOffice();
    office.server.known.people = directory;
    const thrown = await thrownBy(office, 'Robin');
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toBe(
      'The field “New Assignee” holds “Robin”, and nobody of that name or e-mail is known, so nothing was changed. ' +
        'Known are: Kim Lindqvist (kim@example.com), Kim Okafor (kim.okafor@example.com), ' +
        'José Ñáñez-Straße (jose@example.com), 山田 ゆき (yuki@example.com), desk@example.com, Siobhán O’Hara‑Quinn (siobhan@example.com). ' +
        'Choose a person from the list, or map the person’s ID.',
    );
    expect(office.asked()).toEqual([]);
  });

  test('lists ten of many known people', async () => {
    const office = await startOffice();
    office.server.known.people = Array.from({ length: 25 }, (_, n) => entry(n, `Person ${n}`, `p${n}@example.com`));
    expect((await thrownBy(office, 'Robin')).message).toMatch(/Person 9 \(p9@example\.com\) and 15 more\. Choose/);
  });

  test('an empty directory is said to be empty', async () => {
    const office = await startOffice();
    office.server.known.people = [unnamed];
    expect((await thrownBy(office, 'Robin')).message).toMatch(
      /No names are known yet: the owner of this integration can/,
    );
  });

  test('several matches halt the run and are listed, so that one can choose', async () => {
    const office = await startOffice();
    office.server.known.people = [...directory, entry(8, 'Kim Lindqvist')];
    const thrown = await thrownBy(office, 'kim lindqvist');
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toBe(
      'The field “New Assignee” holds “kim lindqvist”, which may be any of 2 people, so nothing was changed: ' +
        `Kim Lindqvist (kim@example.com), Kim Lindqvist (${idOf(8)}). ` +
        'Use the e-mail address or the ID of one of them.',
    );
    expect(office.asked()).toEqual([]);
  });

  test('what is listed holds no markup and no marks', async () => {
    const office = await startOffice();
    office.server.known.people = [entry(1, '<img src=x onerror=alert(1)>\u202eKim\u0007', 'a"<b>@example.com')];
    const { message } = await thrownBy(office, 'Robin');
    expect(message).toContain('‹img src=x onerror=alert(1)› Kim (a"‹b›@example.com)');
    expect(message).not.toMatch(/[<>\p{Cc}\p{Cf}]/u);
  });

  test('an ID is used as it is, even if the directory does not know it', async () => {
    const office = await startOffice();
    const { id } = office.createTask();
    const stranger = office.strangers[0]?.userId ?? '';
    await office.app.run(reassign, { inputData: { task_id: id, assignee_user_id: `user ${stranger.toUpperCase()}` } });
    expect(office.holderOf(id)).toBe(stranger);
  });

  test.each([
    ['two texts', ['Kim', 'Robin'], /“New Assignee” holds 2 texts/],
    ['two IDs', [kim.user_id, otherKim.user_id], /“New Assignee” holds 2 IDs/],
    ['nothing', ' ', /“New Assignee” is empty/],
    ['an object', { name: 'Kim' }, /nobody of that name/],
  ])('%s is said to be what it is', async (_what, person, says) => {
    const office = await startOffice();
    const thrown = await thrownBy(office, person);
    expect(thrown).toMatchObject({ name: 'HaltedError' });
    expect(thrown.message).toMatch(says);
    expect(office.asked()).toEqual([]);
  });

  test('without a webhook server a name is refused in a sentence, and an ID is not', async () => {
    const office = await startOffice();
    const app = runApp({ TOPO_API_URL: office.url }, office.workspace.keys.full);
    const { id } = office.createTask();
    const inputData = { task_id: id, assignee_user_id: office.taker.name };
    const thrown = await app.thrownBy(reassign, { inputData });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toMatch(/which is no ID\. Names and e-mails are known only with the webhook server/);
    await app.run(reassign, { inputData: { ...inputData, assignee_user_id: office.taker.userId } });
    expect(office.holderOf(id)).toBe(office.taker.userId);
  });

  type Answer = Awaited<ReturnType<typeof startReceiver>>['answer'];
  const answers: [string, Answer, RegExp][] = [
    ['is not reachable', (response) => response.destroy(), /^The webhook server of this integration cannot be reached/],
    ['answers another shape', (response) => response.end('{"items":[{"id":1}]}'), /is not what was agreed on \(items/],
    ['answers no JSON', (response) => response.end('<html>'), /is not what was agreed on/],
    ['refuses', (response) => response.writeHead(500).end(), /answered in an unexpected way \(status 500\)/],
    ['redirects', (response) => response.writeHead(307, { location: '/' }).end(), /answered with a redirect/],
  ];
  test.each(answers)(
    'a directory that %s makes a name an error in a sentence, and an ID none',
    async (_what, answer, says) => {
      const office = await startOffice();
      office.server.receiver.answer = answer;
      const thrown = await thrownBy(office, 'Kim');
      expect(thrown.message).toMatch(says);
      expect(thrown.message).not.toContain('What happened');
      expect(office.asked()).toEqual([]);
      const { id } = office.createTask();
      const inputData = { task_id: id, assignee_user_id: office.taker.userId };
      const output = await office.app.run(reassign, { inputData });
      expect(output).toMatchObject({ new_assignee: { user_id: office.taker.userId, name: null, email: null } });
    },
  );

  test('the directory is read once for all fields and names of a run', async () => {
    const { app, createTask, holder, taker, server } = await startOffice();
    const inputData = {
      task_id: createTask().id,
      assignee_user_id: taker.name,
      only_if_assigned_to: holder.email,
      scope: 'SEQUENCE',
    };
    await app.run(reassign, { inputData });
    expect(server.receiver.received.filter(({ path }) => path === '/people')).toHaveLength(1);
  });
});

describe('the dropdown of people', () => {
  const labels = async (app: Office['app']) =>
    ((await app.run(personList)) as { id: string; label: string }[]).map(({ label }) => label);

  test('has people with names first, by name, then the others, most tasks first', async () => {
    const office = await startOffice();
    const [busy, lazy] = office.strangers.map(({ userId }) => userId);
    office.server.known.people = [
      { ...unnamedPerson(office.taker.userId), name: 'Zoë Adams' },
      { ...unnamedPerson(office.holder.userId), name: 'Ärne Berg', email: 'arne@example.com' },
      { ...unnamedPerson(office.bystander.userId), email: 'bo@example.com' },
      unnamedPerson(idOf(9)),
    ];
    office.createTasks(1);
    office.createTasks(12, { assignee_user_id: busy ?? '' });
    office.createTasks(2, { assignee_user_id: lazy ?? '' });
    office.createTasks(3, { assignee_user_id: null });
    expect(await labels(office.app)).toEqual([
      'Ärne Berg (arne@example.com), holds 1 open task',
      'bo@example.com',
      'Zoë Adams',
      `Unnamed person ${busy?.slice(0, 8)}, holds 12 open tasks`,
      `Unnamed person ${lazy?.slice(0, 8)}, holds 2 open tasks`,
      'Unnamed person 99999999',
    ]);
    expect(office.asked()).toHaveLength(2);
  });

  test.each([
    ['is down', (office: Office) => office.server.receiver, true],
    ['is not there', () => undefined, false],
  ])('has whoever holds tasks when the directory %s', async (_what, receiverOf, isSet) => {
    const office = await startOffice();
    const receiver = receiverOf(office);
    if (receiver !== undefined) receiver.answer = (response) => response.destroy();
    const app = isSet ? office.app : runApp({ TOPO_API_URL: office.url }, office.workspace.keys.full);
    office.createTasks(2);
    expect(await labels(app)).toEqual([`Unnamed person ${office.holder.userId.slice(0, 8)}, holds 2 open tasks`]);
  });

  test.each([
    ['meets a limit', (office: Office) => office.sandbox.injectFault({ kind: 'rate limit' })],
    ['is not allowed', (office: Office) => office.sandbox.injectFault({ kind: 'status', status: 403, times: 9 })],
    ['is cut off', (office: Office) => office.sandbox.injectFault({ kind: 'cut', times: 9 })],
    ['takes too long', (office: Office) => office.sandbox.injectFault({ kind: 'delay', delayMs: 20_000, times: 2 })],
  ])('has all names when counting %s, without numbers', async (_what, disturb) => {
    const office = await startOffice();
    office.createTasks(2);
    disturb(office);
    const expected = [office.holder, office.taker, office.bystander].map(({ name, email }) => `${name} (${email})`);
    expect(new Set(await labels(office.app))).toEqual(new Set(expected));
  });

  test('says what is wrong when nobody has a name and the tasks cannot be counted', async () => {
    const office = await startOffice();
    office.server.known.people = [unnamed];
    office.sandbox.injectFault({ kind: 'rate limit' });
    expect((await office.app.thrownBy(personList)).name).toBe('ThrottledError');
  });

  test('tells two people apart who have one name and one e-mail', async () => {
    const office = await startOffice();
    office.server.known.people = [
      entry(1, 'Kim', 'kim@example.com'),
      entry(2, 'Kim', 'kim@example.com'),
      entry(3, 'Kim'),
    ];
    expect(await labels(office.app)).toEqual([
      'Kim',
      `Kim (kim@example.com, ${idOf(1)})`,
      `Kim (kim@example.com, ${idOf(2)})`,
    ]);
  });

  test('holds no markup and no marks', async () => {
    const office = await startOffice();
    office.server.known.people = [
      entry(1, '<script>alert("x")</script>\u2028Kim\u202e', '<b>@example.com'),
      entry(2, '\u200b\u202e', ' '),
      entry(3, 'x'.repeat(200)),
    ];
    const shown = await labels(office.app);
    expect(shown).toEqual([
      '‹script›alert("x")‹/script› Kim (‹b›@example.com)',
      'Unnamed person 22222222',
      `${'x'.repeat(80)}…`,
    ]);
  });

  test('an ID is one person, however Topo and the directory write it', async () => {
    const office = await startOffice();
    office.createTask();
    office.server.known.people = [{ ...unnamedPerson(office.holder.userId.toUpperCase()), name: 'Kim' }];
    expect(await labels(office.app)).toEqual(['Kim, holds 1 open task']);
  });
});
