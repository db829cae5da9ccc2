import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ErrorBody } from '../../../contract/error-body.ts';
import { ImportReport, PersonList } from '../../../contract/person.ts';
import { samplePeople } from '../../../zapier/people/person-output.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const taskId = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const userId = '7b1d2c4e-1111-4222-8333-9444a5556667';
const idOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

const unnamed = { name: null, email: null, aliases: [], away_until: null, is_away: false };

const listed = async () => PersonList.parse((await http.call('GET', '/people', http.keys.full)).json).items;

beforeEach(async () => {
  for (const { user_id } of await listed()) await http.call('DELETE', `/people/${user_id}`, http.keys.full);
});

describe('people', () => {
  test('are named one by one, by and for their own workspace only', async () => {
    const named = await http.call('PUT', `/people/${userId.toUpperCase()}`, http.keys.full, {
      name: ' Grace Hopper ',
      email: 'grace@example.com',
    });
    expect(named).toMatchObject({
      status: 200,
      json: { ...unnamed, user_id: userId, name: 'Grace Hopper', email: 'grace@example.com' },
    });
    expect((await http.call('GET', '/people', http.keys.readOnly)).json.items).toContainEqual(named.json);
    expect((await http.call('GET', '/people', http.foreignKey)).json.items).toEqual([]);
    expect((await http.call('PUT', `/people/${userId}`, http.keys.readOnly, { name: 'X' })).status).toBe(403);
    await http.call('PUT', `/people/${userId}`, http.keys.full, {});
    expect(await listed()).toEqual([{ ...unnamed, user_id: userId }]);
  });

  test('may have other addresses and be away until a day or a moment', async () => {
    const put = async (body: object) => (await http.call('PUT', `/people/${userId}`, http.keys.full, body)).json;
    const aliases = ['grace@crm.example'];
    expect(await put({ name: 'Grace', aliases, away_until: '2026-03-02T10:30:00+01:00' })).toMatchObject({
      aliases,
      away_until: '2026-03-02T09:30:00.000Z',
      is_away: true,
    });
    expect(await put({ name: 'Grace' })).toMatchObject({ aliases, is_away: true });
    expect((await http.call('GET', '/people?q=CRM.EXAMPLE', http.keys.full)).json.items).toHaveLength(1);
    expect(await put({ name: 'Grace', aliases: [], away_until: '2026-03-02' })).toMatchObject({
      aliases: [],
      away_until: '2026-03-02T00:00:00.000Z',
      is_away: false,
    });
    expect(await put({ name: 'Grace', away_until: null })).toMatchObject({ away_until: null, is_away: false });
  });

  test.each([
    [{ aliases: 'a@example.com' }, 'aliases', /a list of e-mail addresses/],
    [{ aliases: ['a'] }, 'aliases.0', /an e-mail address/],
    [{ aliases: Array.from({ length: 6 }, (_, n) => `a${n}@example.com`) }, 'aliases', /at most 5/],
    [{ away_until: '01.12.2026' }, 'away_until', /a date such as 2026-12-01/],
    [[], undefined, /^The body must be a JSON object\.$/],
  ])('are not named with %j', async (body, field, says) => {
    const { status, json } = await http.call('PUT', `/people/${userId}`, http.keys.full, body);
    expect(status).toBe(400);
    expect(json.error.field).toBe(field);
    expect(json.error.message).toMatch(says);
  });

  test('are forgotten by their own workspace, with a key that may write', async () => {
    const forget = (key: string) => http.call('DELETE', `/people/${userId}`, key);
    expect(await forget(http.keys.full)).toMatchObject({
      status: 404,
      json: { error: { code: 'not_found', message: expect.stringMatching(/^Nobody in the directory has this id\./) } },
    });
    await http.call('PUT', `/people/${userId}`, http.keys.full, { name: 'Grace' });
    expect((await forget(http.keys.readOnly)).status).toBe(403);
    expect((await forget(http.foreignKey)).status).toBe(404);
    expect((await forget(http.keys.full)).status).toBe(204);
    expect(await listed()).toEqual([]);
    expect((await http.call('DELETE', '/people/kim', http.keys.full)).json.error.field).toBe('user_id');
  });
});

describe('an import of a JSON list', () => {
  const send = (body: unknown) => http.call('POST', '/people/import', http.keys.full, body);

  test('stores everybody or nobody, and names every bad row', async () => {
    const good = { user_id: taskId, name: 'Ada', email: null };
    const bad = await send([good, { ...good, email: 'x' }, { name: 'Eve' }, 'Kim']);
    expect(bad.status).toBe(400);
    expect(bad.json.error).toMatchObject({ code: 'invalid_request', field: '1.email' });
    expect(bad.json.error.message).toMatch(/row 2, email.*row 3, user_id.*row 4, the row: It must be a JSON object\.$/);
    expect(await listed()).toEqual([]);
    expect(await send([good, { ...good, user_id: userId }])).toMatchObject({ status: 200, json: { imported: 2 } });
    expect(await listed()).toHaveLength(2);
  });

  test.each([
    [[{ user_id: taskId, name: 'Ada', phone: '1' }], '0.phone', /row 1, phone: This is not a known field/],
    [['Ada'], '0', /row 1, the row: It must be a JSON object/],
    [{}, undefined, /^The body must be a JSON list\.$/],
    [[], undefined, /^The list is empty\. Send at least one\.$/],
    [Array.from({ length: 1001 }, () => ({})), undefined, /^The list is too long\. Send at most 1000\.$/],
    ['[[]]', '0', /row 1, the row: It must be a JSON object/],
    ['[', undefined, /^The body is not valid JSON\.$/],
    [[{ user_id: taskId, name: '' }], '0.name', /a name, or null/],
  ])('is refused with what is wrong: %j', async (body, field, says) => {
    const { status, json } = await send(body);
    expect(status).toBe(400);
    expect(ErrorBody.parse(json).error.field).toBe(field);
    expect(json.error.message).toMatch(says);
  });

  test('is refused with every bad row, also when there are many, and when two rows are about one person', async () => {
    const good = { user_id: taskId, name: 'Ada', email: null };
    const many = await send(Array.from({ length: 60 }, (_, index) => ({ ...good, user_id: `x${index}` })));
    for (let row = 1; row <= 60; row += 1) expect(many.json.error.message).toContain(`row ${row}, user_id`);
    const twice = await send([good, { ...good, user_id: taskId.toUpperCase(), name: 'Eve' }]);
    expect(twice.status).toBe(400);
    expect(twice.json.error).toMatchObject({
      field: '1.user_id',
      message: expect.stringMatching(/row 2, user_id.*row 1/),
    });
  });

  test('of a thousand people with all their addresses fits', async () => {
    const everybody = Array.from({ length: 1000 }, (_, index) => ({
      user_id: idOf(index),
      name: `Person ${index}`,
      email: `person${index}@example.com`,
      aliases: Array.from({ length: 5 }, (__, alias) => `p${index}.${alias}@crm.example`),
      away_until: '2026-12-01',
    }));
    expect(await send(everybody)).toMatchObject({ status: 200, json: { imported: 1000 } });
  });
});

const sendCsv = async (body: string | Uint8Array<ArrayBuffer>, type = 'text/csv') => {
  const response = await fetch(`${http.url}/people/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${http.keys.full}`, 'content-type': type },
    body,
  });
  return { status: response.status, json: await response.json() };
};

describe('an import of a CSV file', () => {
  const send = sendCsv;
  const faultOf = async (text: string): Promise<string> => {
    const { status, json } = await send(text);
    expect(status).toBe(400);
    expect(await listed()).toEqual([]);
    return ErrorBody.parse(json).error.message;
  };

  test('stores everybody, with what stands in the columns', async () => {
    const { status, json } = await send(
      'user_id,name,email,aliases,away_until\r\n' +
        `${idOf(1).toUpperCase()},"Lindqvist, Kim ""KL""", kim@example.com ,k@crm.example; kim@old.example;,2026-12-01\r\n` +
        '\r\n' +
        `${idOf(2)},Zoë,,,\r\n` +
        ',,,,\r\n',
    );
    expect({ status, imported: ImportReport.parse(json).imported }).toEqual({ status: 200, imported: 2 });
    expect(await listed()).toEqual([
      {
        user_id: idOf(1),
        name: 'Lindqvist, Kim "KL"',
        email: 'kim@example.com',
        aliases: ['k@crm.example', 'kim@old.example'],
        away_until: '2026-12-01T00:00:00.000Z',
        is_away: true,
      },
      { ...unnamed, user_id: idOf(2), name: 'Zoë' },
    ]);
  });

  test.each(['docs/operate.md', 'docs/zaps.md'])('is as %s shows it', async (document) => {
    const text = readFileSync(new URL(`../../../${document}`, import.meta.url), 'utf8');
    const [, example = ''] = /```csv\n(.*?)```/s.exec(text) ?? [];
    expect(await send(example)).toMatchObject({ status: 200, json: { imported: 2 } });
    expect(await listed()).toMatchObject([
      { ...samplePeople.kim, aliases: ['k.lindqvist@crm.example', 'kim@old.example'], is_away: false },
      { ...samplePeople.robin, aliases: [], away_until: '2026-12-01T00:00:00.000Z', is_away: true },
    ]);
  });

  test.each([
    [
      'semicolons between cells, as some spreadsheets write',
      `User_ID;Name;Aliases\n${idOf(1)};Kim;"a@b.example;c@d.example"\n`,
    ],
    ['blank lines before it', `\n\nuser_id;name;aliases\n${idOf(1)};Kim;"a@b.example;c@d.example"\n`],
    ['tabs between cells, and old line ends', `name\tuser_id\taliases\rKim\t${idOf(1)}\ta@b.example;c@d.example\r`],
    ['a mark of UTF-8 before it', `\ufeffuser_id,name,aliases\n${idOf(1)},Kim,a@b.example;c@d.example`],
  ])('may have %s', async (_what, text) => {
    expect((await send(text, 'text/csv; charset=utf-8')).status).toBe(200);
    expect(await listed()).toEqual([
      { ...unnamed, user_id: idOf(1), name: 'Kim', aliases: ['a@b.example', 'c@d.example'] },
    ]);
  });

  test('removes a name and an e-mail for which it has no column', async () => {
    await send(`user_id,name,email\n${idOf(1)},Kim,kim@example.com\n`);
    await send(`user_id,name\n${idOf(1)},Kim Lindqvist\n`);
    expect(await listed()).toEqual([{ ...unnamed, user_id: idOf(1), name: 'Kim Lindqvist' }]);
    await send(`user_id,email\n${idOf(1)},kim@example.com\n`);
    expect(await listed()).toEqual([{ ...unnamed, user_id: idOf(1), email: 'kim@example.com' }]);
  });

  test('leaves aliases and an absence for which it has no column, and removes those whose cell is blank', async () => {
    await send(`user_id,name,aliases,away_until\n${idOf(1)},Kim,a@b.example,2026-12-01\n`);
    await send(`user_id,name\n${idOf(1)},Kim Lindqvist\n`);
    expect(await listed()).toMatchObject([{ name: 'Kim Lindqvist', aliases: ['a@b.example'], is_away: true }]);
    await send(`user_id,name,aliases,away_until\n${idOf(1)},Kim,,\n`);
    expect(await listed()).toEqual([{ ...unnamed, user_id: idOf(1), name: 'Kim' }]);
  });

  test('stores nobody when a line has a fault, and names every one by its line', async () => {
    const text =
      'user_id,name,email\n' +
      `${idOf(1)},"Kim\nLindqvist",kim@example.com\n` +
      '\n' +
      'kim,Kim,kim@example.com\n' +
      `${idOf(2)},Robin,robin\n` +
      `${idOf(3)},Robin\n` +
      `${idOf(1)},Kim,\n`;
    expect(await faultOf(text)).toBe(
      'Nobody was imported: 4 of the lines cannot be used. ' +
        'line 5, user_id: Expected a user id, such as 3c90c3cc-0d44-4b50-8888-8dd25736052a. ' +
        'line 6, email: Expected an e-mail address, or null. ' +
        'line 7, the line: It has 2 cells, and the first line has 3. Quote a cell that holds a comma. ' +
        'line 8, user_id: The same person as in line 3.',
    );
  });

  test.each([
    ['', /^The CSV is empty\. Its first line names the columns/],
    ['user_id,name\n', /^The list is empty\. Send at least one\.$/],
    [
      `${idOf(1)},Kim\n`,
      /in line 1 is not a known column\. The first line of the CSV names its columns: name, email, al/,
    ],
    ['user_id,phone\n', /“phone” in line 1 is not a known column/],
    ['name,email\n', /line 1 has no column user_id/],
    ['user_id,name,name\n', /the column name stands twice in line 1/],
    [`user_id,name\n${idOf(1)},"Kim\n`, /^Nobody was imported: a quotation mark in line 2, or before it, has no match/],
    [`user_id,name\n${idOf(1)},Kim "KL"\n`, /^Nobody was imported: a quotation mark in line 2/],
    [`user_id\n${Array.from({ length: 1001 }, (_, n) => idOf(n)).join('\n')}`, /too long\. Send at most 1000/],
  ])('is refused in a sentence: %j', async (text, says) => {
    expect(await faultOf(text)).toMatch(says);
  });

  test.each([
    ['is too large', `user_id\n${' '.repeat(600_000)}`, 'text/csv', 413, /too large/],
    ['has too many cells', `user_id\n${','.repeat(30_000)}`, 'text/csv', 413, /more than 20000 cells/],
    ['is in another charset', 'user_id\n', 'text/csv; charset=iso-8859-1', 415, /as UTF-8/],
    ['has letters of another charset', Buffer.from('user_id\nZo\xeb', 'latin1'), 'text/csv', 415, /“CSV UTF-8”/],
    ['says that it is something else', 'user_id\n', 'text/plain', 415, /a CSV file with “Content-Type: text\/csv”/],
  ])('that %s is refused', async (_what, body, type, status, says) => {
    const answer = await send(body, type);
    expect(answer.status).toBe(status);
    expect(ErrorBody.parse(answer.json).error.message).toMatch(says);
  });
});

test('any text is imported or refused as a CSV file, and never a fault of the server', async () => {
  const pieces = fc.constantFrom(
    ...['user_id', 'name', 'email', 'aliases', 'away_until', idOf(1), idOf(2), 'Kim', 'kim@example.com', '2026-12-01'],
    ...[',', ',', ';', '\t', '"', '""', '\n', '\n', '\r\n', '\r', ' ', '\0', '\ufeff', '\ud83d\ude80', '__proto__'],
  );
  const begin = fc.constantFrom('', 'user_id,name\n', 'user_id;aliases\n', `user_id\n${idOf(1)}\n`);
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(begin, fc.array(pieces, { maxLength: 30 }), async (first, more) => {
      const { status, json } = await sendCsv(first + more.join(''));
      statuses.add(status);
      if (status === 200) ImportReport.parse(json);
      else expect([status, ErrorBody.parse(json).error.code]).toEqual([400, 'invalid_request']);
    }),
    { numRuns: 300, seed: 20_260_302 },
  );
  expect([...statuses].sort()).toEqual([200, 400]);
});

describe('an import warns', () => {
  const warningsOf = async (people: object[]) =>
    ImportReport.parse((await http.call('POST', '/people/import', http.keys.full, people)).json).warnings;
  const unseen = 'No task has shown this user_id yet. Check it, if this person already has tasks.';

  test('of ids that no task has shown', async () => {
    expect(await warningsOf([{ user_id: idOf(1), name: 'Kim' }])).toEqual([{ line: 1, message: unseen }]);
  });

  test('of two people with one address, in the import and in the directory', async () => {
    await http.call('PUT', `/people/${idOf(9)}`, http.keys.full, { name: 'Desk', aliases: ['Robin@Example.com'] });
    const warnings = await warningsOf([
      { user_id: idOf(1), name: 'Kim', email: 'kim@example.com' },
      { user_id: idOf(2), aliases: ['KIM@example.com'] },
      { user_id: idOf(3), name: 'Robin', email: 'robin@example.com' },
      { user_id: idOf(4), name: 'Zoë', email: 'zoe@example.com', aliases: ['zoe@example.com'] },
    ]);
    const toldOf = (line: number) =>
      warnings.filter((warning) => warning.line === line && warning.message !== unseen).map(({ message }) => message);
    const end = 'Steps that are given it will halt and ask for an id.';
    expect([1, 2, 3, 4].map(toldOf)).toEqual([
      [`kim@example.com is also an address of ${idOf(2)}. ${end}`],
      [`kim@example.com is also an address of Kim (${idOf(1)}). ${end}`],
      [`robin@example.com is also an address of Desk (${idOf(9)}). ${end}`],
      [],
    ]);
  });
});
