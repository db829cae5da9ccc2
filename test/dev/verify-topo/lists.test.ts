import { expect, test } from '@jest/globals';
import { layRoad } from '../../support/verify-topo/road.ts';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

const reads = ['--yes', '--json'];

test('the lists that the read model is filled from are reported with how much of them was read', async () => {
  const { verifyAll, workspace } = await openWorkspace({ taskCount: 300 });
  const { seen } = await verifyAll({}, reads);
  const runs = workspace.sequences.size;
  expect(seen.get(facts.runList)).toMatchObject({
    verdict: 'as assumed',
    seen: `it does: ${runs} of ${runs} were read`,
  });
  expect(seen.get(facts.templateList)?.seen).toBe('it does: 4 of 4 were read');
  expect(seen.get(facts.contactList)?.seen).toBe('it does: 80 of 80 were read');
  expect(seen.get(facts.contactEmail)?.seen).toBe('the address in capitals finds the contact, a part of it does not');
});

test('what a key may not read could not be seen, and costs nothing else', async () => {
  const { verifyAll, workspace } = await openWorkspace();
  const { code, seen } = await verifyAll({ key: workspace.keys.tasksOnly }, reads);
  expect(code).toBe(0);
  for (const [fact, why] of [
    [facts.runList, 'the key lacks sequences:read'],
    [facts.templateList, 'the key lacks sequences:read'],
    [facts.contactList, 'the key lacks contacts:read'],
    [facts.contactEmail, 'the contacts could not be read'],
    [facts.activities, 'the key lacks activities:read'],
  ] as const) {
    expect(seen.get(fact)).toMatchObject({ verdict: 'could not be seen', seen: why });
  }
});

test('rows of another shape are counted, and nothing of a contact is printed', async () => {
  const { verifyAll, workspace, url } = await openWorkspace();
  const { apiUrl } = await layRoad(url, {
    rewrite: (body, { path }) => {
      if (!path.startsWith('/v1/sequences?') && !path.startsWith('/v1/contacts?')) return body;
      const { items, ...envelope } = body as { items: { id?: string }[] };
      return { ...envelope, items: items.map((item, position) => (position === 0 ? { ...item, id: 7 } : item)) };
    },
  });
  const { seen, different, told } = await verifyAll({ apiUrl }, reads);
  expect(different).toEqual([facts.runList, facts.contactList, facts.contactEmail]);
  expect(seen.get(facts.contactList)?.seen).toMatch(/^1 of \d+ rows could not be read$/);
  const printed = told + JSON.stringify([...seen.values()]);
  for (const { email, lastName } of workspace.contacts.values()) {
    expect(printed.toLowerCase()).not.toContain(email);
    expect(printed).not.toContain(`"${lastName}"`);
  }
});

test('an address in capitals that finds nobody is a difference', async () => {
  const { verifyAll, url } = await openWorkspace();
  const { apiUrl } = await layRoad(url, {
    rewrite: (body, { path }) =>
      path.includes('email=') ? { items: [], total_count: 0, total_pages: 0, has_more: false } : body,
  });
  const { seen } = await verifyAll({ apiUrl }, reads);
  expect(seen.get(facts.contactEmail)).toMatchObject({
    verdict: 'different',
    seen: 'the address in capitals finds nobody',
  });
});

test('a workspace without contacts shows that the list exists', async () => {
  const { verifyAll, sandbox, workspace } = await openWorkspace();
  for (const id of [...workspace.contacts.keys()]) sandbox.deleteContact(id);
  const { code, seen } = await verifyAll({}, reads);
  expect(seen.get(facts.contactList)?.seen).toBe('the list exists, and is empty');
  expect(seen.get(facts.contactEmail)?.seen).toBe('no contact has an e-mail');
  expect(code).toBe(0);
});
