import { expect, test } from '@jest/globals';
import { eventForKey } from '../../contract/event-for-key.ts';
import { testEvent } from '../../webhook-server/http/test-event.ts';

const event = testEvent('task.reassigned', { sequence_template_ids: ['3c90c3cc-0d44-4b50-8888-8dd25736052a'] }, 0);

test('a key that may read contacts sees all of an event', () => {
  expect(eventForKey(['tasks:read', 'sequences:read', 'contacts:read'], event)).toEqual(event);
  expect(event.summary).toContain('Alex Example');
});

test('a key that may read templates alone sees no contact, not even in the sentence', () => {
  const seen = eventForKey(['tasks:read', 'sequences:read'], event);
  expect(seen.contact).toEqual({ id: null, name: null, email: null, company: null });
  expect(seen.sequence_template.name).toBe('Example Template');
  expect(JSON.stringify(seen)).not.toMatch(/Alex Example|alex@example|Example Company/);
});

test('a key for tasks alone sees neither', () => {
  const seen = eventForKey(['tasks:read', 'contacts:read'], event);
  expect(JSON.stringify(seen)).not.toMatch(/Alex Example|Example Template|3c90c3cc-0d44-4b50-8888-8dd25736052a/);
  expect(seen).toMatchObject({ sequence_template_id: null, task: event.task, new_assignee: event.new_assignee });
});
