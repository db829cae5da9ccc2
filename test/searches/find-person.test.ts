import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DirectoryEntry, unnamedPerson } from '../../contract/person.ts';
import { type Office, startOffice } from '../support/office.ts';
import { runApp } from '../support/zapier-app.ts';

const findPerson = 'searches.find_person.operation.perform';

const idOf = (digit: number): string => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;

const entry = (digit: number, name: string | null, email: string | null = null): DirectoryEntry => ({
  ...unnamedPerson(idOf(digit)),
  name,
  email,
});

describe('Find Person', () => {
  const find = async (office: Office, person: unknown) => office.app.run(findPerson, { inputData: { person } });

  test.each([
    ['an ID', ({ holder }: Office) => holder.userId],
    ['an e-mail', ({ holder }: Office) => `Somebody <${holder.email.toUpperCase()}>`],
    ['a link', ({ holder }: Office) => `mailto:${holder.email}`],
    ['a name', ({ holder }: Office) => ` ${holder.name} `],
  ])('finds by %s, and counts the open tasks', async (_how, write) => {
    const office = await startOffice();
    office.createTasks(2);
    office.createTasks(1, { status: 'IN_PROGRESS' });
    office.createTasks(4, { status: 'SKIPPED' });
    const { userId: id, name, email } = office.holder;
    expect(await find(office, write(office))).toEqual([{ id, name, email, open_tasks: 3 }]);
    expect(office.asked()).toEqual(['GET /v1/tasks', 'GET /v1/tasks']);
  });

  test('halts when several people may be meant, and tells them apart', async () => {
    const office = await startOffice();
    office.server.known.people = Array.from({ length: 8 }, (_, n) => entry(n, `Kim ${n}`, `kim${n}@example.com`));
    const thrown = await office.app.thrownBy(findPerson, { inputData: { person: 'kim' } });
    expect(thrown).toMatchObject({
      name: 'HaltedError',
      message:
        'The field “Person” holds “kim”, which may be any of 8 people: ' +
        `${Array.from({ length: 8 }, (_, n) => `Kim ${n} (kim${n}@example.com)`).join(', ')}. ` +
        'Use the e-mail address or the ID of one of them.',
    });
    expect(office.asked()).toEqual([]);
  });

  test('tells two entries with one e-mail apart by their IDs', async () => {
    const office = await startOffice();
    const twins = [entry(1, 'Kim Lindqvist', 'kim@example.com'), entry(2, 'Kim L.', 'KIM@example.com')];
    office.server.known.people = twins;
    const { message } = await office.app.thrownBy(findPerson, { inputData: { person: 'kim@example.com' } });
    expect(message).toBe(
      'The field “Person” holds “kim@example.com”, which may be any of 2 people: ' +
        `Kim Lindqvist (kim@example.com, ${idOf(1)}), Kim L. (KIM@example.com, ${idOf(2)}). ` +
        'Use the ID of one of them.',
    );
    expect(await find(office, idOf(2))).toMatchObject([{ id: idOf(2), name: 'Kim L.' }]);
  });

  test('finds an ID that nobody has named, if it ever had a task', async () => {
    const office = await startOffice();
    const [stranger, idle] = office.strangers;
    office.createTasks(1, { assignee_user_id: stranger?.userId ?? '', status: 'COMPLETED' });
    expect(await find(office, stranger?.userId)).toEqual([
      { id: stranger?.userId, name: null, email: null, open_tasks: 0 },
    ]);
    expect(await find(office, idle?.userId)).toEqual([]);
  });

  test.each(['Robin Nobody', 'nobody@example.com', idOf(9)])('nobody (%s) is an empty list', async (person) => {
    expect(await find(await startOffice(), person)).toEqual([]);
  });

  test('without a webhook server names are not known, and IDs are', async () => {
    const office = await startOffice();
    office.createTask();
    const app = runApp({ TOPO_API_URL: office.url }, office.workspace.keys.full);
    const thrown = await app.thrownBy(findPerson, { inputData: { person: office.holder.name } });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toMatch(/which is no ID\. Names and e-mails are known only with the webhook server/);
    expect(await app.run(findPerson, { inputData: { person: office.holder.userId } })).toEqual([
      { id: office.holder.userId, name: null, email: null, open_tasks: 1 },
    ]);
  });

  test('a person whose tasks cannot be counted is found all the same', async () => {
    const office = await startOffice();
    const { userId: id, name, email } = office.holder;
    const inputData = { person: name };
    expect(await office.appWith('noTasks').run(findPerson, { inputData })).toEqual([
      { id, name, email, open_tasks: null },
    ]);
    office.sandbox.injectFault({ kind: 'rate limit' });
    expect(await office.app.run(findPerson, { inputData })).toEqual([{ id, name, email, open_tasks: null }]);
  });

  test('an empty field halts', async () => {
    const { app } = await startOffice();
    expect(await app.thrownBy(findPerson, { inputData: { person: '  ' } })).toMatchObject({
      name: 'HaltedError',
      message: 'The field “Person” is empty. Map an e-mail, a name or an ID into it.',
    });
  });
});

/** Few names and addresses, so that many people share them, in the ways in which programs write them. */
const names = fc.constantFrom('Kim Lindqvist', 'kim  lindqvist', 'Kim', 'Lindqvist', 'Robin O’Hara', "Robin O'Hara");
const addresses = fc.constantFrom('kim@example.com', 'KIM@example.com', 'k@crm.example', 'robin@example.com');
const person = (digit: number) =>
  fc.record({
    user_id: fc.constant(idOf(digit)),
    name: fc.option(names),
    email: fc.option(addresses),
    aliases: fc.array(addresses, { maxLength: 2 }),
    away_until: fc.constant(null),
  });
const directories = fc.tuple(person(1), person(2), person(3), person(4)).chain((people) => fc.shuffledSubarray(people));
const wantedTexts = fc.oneof(
  names,
  addresses,
  addresses.map((address) => `mailto:${address}`),
  fc.tuple(names, addresses).map(([name, address]) => `${name} <${address}>`),
);

/** The same in the plainest words: what is written as one address or one name is one. */
const plain = (text: string): string => text.toLowerCase().replace('’', "'").replace(/ +/g, ' ');

/** Whom the text may mean, read the other way round: what each person answers to. */
const meantBy = (text: string, people: readonly DirectoryEntry[]): string[] => {
  const wanted = plain(/[\w.]+@[\w.]+/.exec(text)?.[0] ?? text);
  const answersTo = ({ name, email, aliases }: DirectoryEntry) => ({
    address: [email, ...aliases].some((address) => address !== null && plain(address) === wanted),
    name: name !== null && plain(name) === wanted,
    word: name !== null && wanted.split(' ').every((word) => plain(name).split(' ').includes(word)),
  });
  for (const way of ['address', 'name', 'word'] as const) {
    const meant = people.filter((one) => answersTo(one)[way]);
    if (meant.length > 0) return meant.map(({ user_id }) => user_id);
  }
  return [];
};

test('Find Person never guesses: it finds the only one who is meant, halts for several, and is empty for nobody', async () => {
  const office = await startOffice();
  const met = { one: 0, several: 0, nobody: 0 };
  await fc.assert(
    fc.asyncProperty(directories, wantedTexts, async (people, text) => {
      office.server.known.people = people;
      const meant = meantBy(text, people);
      const inputData = { person: text };
      if (meant.length <= 1) {
        met[meant.length === 1 ? 'one' : 'nobody'] += 1;
        const found = (await office.app.run(findPerson, { inputData })) as { id: string }[];
        expect(found.map(({ id }) => id)).toEqual(meant);
      } else {
        met.several += 1;
        const { name, message } = await office.app.thrownBy(findPerson, { inputData });
        expect(name).toBe('HaltedError');
        const apart = people
          .filter(({ user_id }) => meant.includes(user_id))
          .map(({ user_id, email }) => message.includes(user_id) || (email !== null && message.includes(email)));
        expect(apart).toEqual(meant.map(() => true));
      }
    }),
    { numRuns: 100, seed: 20_260_302 },
  );
  expect(Math.min(met.one, met.several, met.nobody)).toBeGreaterThan(10);
}, 60_000);
