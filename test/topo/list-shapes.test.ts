import { expect, test } from '@jest/globals';
import { callUrl } from '../../topo/call-url.ts';
import { listContacts } from '../../topo/list-contacts.ts';
import { listSequences } from '../../topo/list-sequences.ts';

const pageOf = (...items: unknown[]) => ({ items, total_count: items.length, total_pages: 1, has_more: false });

const contact = {
  id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: null,
  job_title: 'Engineer',
  company_name: 'Analytical Engines',
};

const sequence = {
  id: '3c90c3cc-0d44-4b50-8888-8dd25736052b',
  contact_id: null,
  sequence_template_id: null,
  status: 'WAITING_FOR_USER',
};

test('a contact with fields that are new, missing or of another form is still a contact', () => {
  const { id } = contact;
  const { items, unusable } = listContacts({}).answer.parse(
    pageOf(contact, { ...contact, mood: 'curious' }, { ...contact, email: 17, job_title: ['x'] }, { id }),
  );
  expect(items).toEqual([
    contact,
    { ...contact, mood: 'curious' },
    { ...contact, email: null, job_title: null },
    expect.objectContaining({ id }),
  ]);
  expect(unusable).toEqual([]);
});

test('a contact without an id is skipped and counted, and leaves the others as they are', () => {
  const { items, unusable, total_count } = listContacts({}).answer.parse(
    pageOf({ ...contact, id: null }, contact, 'contact'),
  );
  expect(items).toEqual([contact]);
  expect(unusable).toEqual([
    { index: 0, id: null },
    { index: 2, id: null },
  ]);
  expect(total_count).toBe(3);
});

test('a run may have no contact, no template and a status that is new', () => {
  const renewed = { ...sequence, status: 'HIBERNATING', owner: 'nobody' };
  const { items, unusable } = listSequences({}).answer.parse(pageOf(sequence, renewed, { id: sequence.id }));
  expect(items).toEqual([sequence, renewed, expect.objectContaining({ id: sequence.id })]);
  expect(unusable).toEqual([]);
});

test('a run whose template is not an id is skipped and counted, because nobody may take it for a run without one', () => {
  const { items, unusable } = listSequences({}).answer.parse(
    pageOf({ ...sequence, sequence_template_id: 17 }, sequence),
  );
  expect(items).toEqual([sequence]);
  expect(unusable).toEqual([{ index: 0, id: sequence.id }]);
});

test('an e-mail stays whole in the address of the list', () => {
  const { href } = callUrl('https://api.topo.io/v1', listContacts({ email: 'ada+topo&co@example.com', size: 1 }));
  expect(href).toBe('https://api.topo.io/v1/contacts?size=1&email=ada%2Btopo%26co%40example.com');
});

test('the lists take the parameters that Topo documents, by its names', () => {
  const contacts = listContacts({
    page: 2,
    size: 100,
    sortBy: 'first_seen_at',
    sortOrder: 'desc',
    email: 'e',
    linkedinUrl: 'l',
    contactId: 'c',
    firstSeenAfter: 'f',
    lastSeenAfter: 's',
  });
  expect(callUrl('https://api.topo.io/v1', contacts).search).toBe(
    '?page=2&size=100&sort_by=first_seen_at&sort_order=desc&email=e&linkedin_url=l&contact_id=c&first_seen_after=f&last_seen_after=s',
  );
  const sequences = listSequences({ page: 3, size: 50, status: 'WAITING_FOR_USER' });
  expect(callUrl('https://api.topo.io/v1', sequences).href).toBe(
    'https://api.topo.io/v1/sequences?page=3&size=50&status=WAITING_FOR_USER',
  );
});
