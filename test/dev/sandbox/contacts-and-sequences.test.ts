import { afterEach, expect, test } from '@jest/globals';
import { createSandbox, type SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';
import type { ListAnswer } from '../../../dev/sandbox/http/answer-list.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Contact = { id: string; email: string | null; first_seen_at: string; last_seen_at: string; linkedin_url: string };
type Sequence = { id: string; contact_id: string | null; sequence_template_id: string; status: string };

const open = async (options: SandboxOptions = {}) => {
  const sandbox = createSandbox(options);
  const { url, close } = await sandbox.listen();
  closers.push(close);
  const [workspace] = sandbox.workspaces;
  const ask = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${workspace.keys.full}` } });
  const get = async <Answer>(path: string): Promise<Answer> => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    return (await response.json()) as Answer;
  };
  const contacts = (query: string) => get<ListAnswer<Contact>>(`/contacts?${query}`);
  const sequences = (query: string) => get<ListAnswer<Sequence>>(`/sequences?${query}`);
  return { sandbox, workspace, ask, get, contacts, sequences };
};

/** Every page of a list, one after the other. */
const readAll = async <Item>(list: (query: string) => Promise<ListAnswer<Item>>, query = ''): Promise<Item[]> => {
  const items: Item[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await list(`${query}&size=100&page=${page}`);
    items.push(...answer.items);
    if (!answer.has_more) return items;
  }
};

test('page after page, the lists show every contact and every run once', async () => {
  const { workspace, contacts, sequences } = await open({ taskCount: 1_500, contactCount: 730 });
  const contactIds = (await readAll(contacts)).map(({ id }) => id);
  expect(contactIds.sort()).toEqual([...workspace.contacts.keys()].sort());
  const sequenceIds = (await readAll(sequences)).map(({ id }) => id);
  expect(sequenceIds.sort()).toEqual([...workspace.sequences.keys()].sort());
  expect(sequenceIds).toHaveLength(400);
});

test('a contact and a run look in their lists as they do alone', async () => {
  const { contacts, sequences, get } = await open();
  const [contact] = (await contacts('size=1')).items;
  expect(await get(`/contacts/${contact?.id}`)).toEqual(contact);
  expect(Object.keys(contact ?? {})).toEqual([
    ...['id', 'organization_id', 'email', 'first_name', 'last_name', 'job_title', 'company_name', 'company_domain'],
    ...['linkedin_url', 'phone_number', 'first_seen_at', 'last_seen_at', 'created_at', 'updated_at'],
  ]);
  const [sequence] = (await sequences('size=1')).items;
  expect(await get(`/sequences/${sequence?.id}`)).toEqual(sequence);
});

test('contacts are found by the whole e-mail alone, in any case of its letters', async () => {
  const { sandbox, contacts } = await open();
  const { id } = sandbox.createContact({ email: 'Ada+Topo@Example.com' });
  sandbox.createContact({ email: 'ada+topo@example.com.invalid' });
  const search = (email: string) => contacts(new URLSearchParams({ email }).toString());
  expect(await search('ADA+topo@example.COM')).toMatchObject({ total_count: 1, items: [{ id }] });
  expect((await search('ada+topo')).items).toEqual([]);
  expect((await search('')).items).toEqual([]);
});

test.each(['first_seen_at', 'last_seen_at', 'email'] as const)('contacts sort by %s in both orders', async (field) => {
  const { sandbox, contacts } = await open();
  sandbox.createContact({ email: null });
  const up = await readAll(contacts, `sort_by=${field}`);
  const values = up.map((contact) => contact[field]?.toLowerCase() ?? '');
  expect(values).toEqual([...values].sort());
  const down = await readAll(contacts, `sort_by=${field}&sort_order=desc`);
  expect(down.map((contact) => contact[field]?.toLowerCase() ?? '')).toEqual(values.reverse());
});

test('contacts are filtered by id, by LinkedIn page, and by when they were seen', async () => {
  const { contacts } = await open();
  const all = await readAll(contacts);
  const one = all[17];
  expect((await contacts(`contact_id=${one?.id.toUpperCase()}`)).items).toEqual([one]);
  expect((await contacts(new URLSearchParams({ linkedin_url: one?.linkedin_url ?? '' }).toString())).items).toEqual([
    one,
  ]);
  for (const field of ['first_seen', 'last_seen'] as const) {
    const limit = one?.[`${field}_at`] ?? '';
    const later = all.filter((contact) => contact[`${field}_at`] > limit);
    const found = await readAll(contacts, `${field}_after=${encodeURIComponent(limit)}`);
    expect(found.map(({ id }) => id).sort()).toEqual(later.map(({ id }) => id).sort());
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(all.length);
  }
});

test('a run with an open task waits for a user, until the task is done', async () => {
  const { sandbox, sequences, get } = await open({ taskCount: 1 });
  const { id } = sandbox.createSequence();
  const task = sandbox.createTask({ sequence_id: id });
  expect((await readAll(sequences, 'status=WAITING_FOR_USER')).map((sequence) => sequence.id)).toContain(id);
  sandbox.completeTask(task.id);
  expect(await get(`/sequences/${id}`)).toMatchObject({ status: 'ACTIVE' });
  expect((await readAll(sequences, 'status=WAITING_FOR_USER')).map((sequence) => sequence.id)).not.toContain(id);
});

test('what people change in Topo shows at once: names, templates, runs, and contacts that are deleted', async () => {
  const { sandbox, workspace, get, contacts, ask } = await open();
  const contact = sandbox.createContact({ firstName: 'Ada', email: 'ada@example.com' });
  const template = sandbox.createTemplate('Winter');
  const sequence = sandbox.createSequence({ contactId: contact.id, templateId: template.id });
  const path = `/sequences/${sequence.id}`;
  expect(await get(path)).toMatchObject({ contact_id: contact.id, sequence_template_id: template.id });

  sandbox.changeContact(contact.id, { firstName: 'Augusta', email: 'augusta@example.com' });
  expect((await contacts('email=ada@example.com')).items).toEqual([]);
  expect((await contacts('email=augusta@example.com')).items).toMatchObject([
    { id: contact.id, first_name: 'Augusta' },
  ]);

  sandbox.renameTemplate(template.id, 'Spring');
  const templates = await get<ListAnswer<{ id: string }>>('/sequence-templates?name=Spring');
  expect(templates.items.map(({ id }) => id)).toEqual([template.id]);
  expect(workspace.templates.at(-1)?.name).toBe('Spring');

  sandbox.deleteContact(contact.id);
  expect((await ask(`/contacts/${contact.id}`)).status).toBe(404);
  expect((await contacts('email=augusta@example.com')).items).toEqual([]);
  expect(await get(path)).toMatchObject({ contact_id: null, sequence_template_id: template.id });

  sandbox.changeSequence(sequence.id, { status: 'STOPPED_EARLY' });
  expect(await get(path)).toMatchObject({ status: 'STOPPED_EARLY' });
});

test('whoever changes what is not there hears it', () => {
  const sandbox = createSandbox({ taskCount: 1 });
  const stranger = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
  const [id] = sandbox.workspaces[1].contacts.keys();
  expect(() => sandbox.changeContact(stranger, {})).toThrow(`The sandbox has no contact ${stranger}.`);
  expect(() => sandbox.deleteContact(stranger)).toThrow('has no contact');
  expect(() => sandbox.renameTemplate(stranger, 'x')).toThrow('has no template');
  expect(() => sandbox.changeSequence(stranger, {})).toThrow('has no sequence');
  expect(() => sandbox.createContact({ organizationId: stranger })).toThrow('has no workspace');
  const { organizationId } = sandbox.workspaces[1];
  expect(() => sandbox.createContact({ organizationId, ...(id === undefined ? {} : { id }) })).toThrow('already has');
});

test.each([
  ['listSequences', '/sequences', '/sequences/'],
  ['listContacts', '/contacts', '/contacts/'],
  ['listSequenceTemplates', '/sequence-templates', undefined],
] as const)('a Topo without %s answers 404 there, and only there', async (assumption, path, own) => {
  const { ask, workspace } = await open({ assumptions: { [assumption]: false } });
  expect((await ask(path)).status).toBe(404);
  const [id] = own === '/contacts/' ? workspace.contacts.keys() : workspace.sequences.keys();
  if (own !== undefined) expect((await ask(`${own}${id}`)).status).toBe(200);
});

test('what is assumed of the lists can be otherwise', async () => {
  const { sandbox, contacts } = await open({ assumptions: { contactEmail: 'contained', seenAfter: 'inclusive' } });
  const { id, firstSeenAt } = sandbox.createContact({ email: 'zebra.1@example.com' });
  expect((await contacts('email=zebra.1@')).items).toMatchObject([{ id }]);
  const moment = new Date(firstSeenAt / 1000).toISOString();
  expect((await contacts(`first_seen_after=${encodeURIComponent(moment)}`)).items).toMatchObject([{ id }]);

  const ignoring = await open({ assumptions: { contactEmail: 'ignored' } });
  expect(await ignoring.contacts('email=nobody@example.com')).toMatchObject({ total_count: 80 });

  const waiting = await open({ assumptions: { openTasksHoldSequences: false, sequencesAreOrdered: false } });
  expect(await waiting.sequences('status=WAITING_FOR_USER')).toMatchObject({ total_count: 0 });
  const orders = new Set<string>();
  for (let count = 0; count < 5; count += 1) {
    orders.add((await waiting.sequences('size=100')).items.map((sequence) => sequence.id).join());
  }
  expect(orders.size).toBe(5);
});

test('every answer takes the time that was asked for, errors and faults too', async () => {
  const { sandbox, ask } = await open({ taskCount: 1, latencyMs: 150 });
  sandbox.injectFault({ kind: 'status', status: 503, path: '/v1/me' });
  for (const [path, status] of [
    ['/contacts', 200],
    ['/nowhere', 404],
    ['/me', 503],
  ] as const) {
    const startMs = performance.now();
    expect((await ask(path)).status).toBe(status);
    expect(performance.now() - startMs).toBeGreaterThan(145);
  }
});

test('a page of many contacts costs no more than a page', async () => {
  const { contacts } = await open({ contactCount: 20_000 });
  const timesMs: number[] = [];
  for (let page = 1; page <= 20; page += 1) {
    const startMs = performance.now();
    expect((await contacts(`size=100&page=${page * 10}&sort_by=email`)).items).toHaveLength(100);
    timesMs.push(performance.now() - startMs);
  }
  // Sorting the contacts for a request takes several times as long.
  expect(Math.min(...timesMs)).toBeLessThan(15);
});
