import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { kinds, TaskEvent } from '../../../contract/event.ts';
import type { HookFilters } from '../../../contract/hook.ts';
import { sampleEvent } from '../../../zapier/events/event-output.ts';
import { exampleEvent } from '../../../zapier/events/example-event.ts';
import { matchesHookFilters } from '../../../zapier/events/hook-filters.ts';
import { possibleKinds } from '../../../zapier/events/possible-kinds.ts';
import { sampleTask } from '../../../zapier/tasks/task-output.ts';

const ids = [
  sampleEvent.new_assignee.user_id,
  sampleEvent.previous_assignee.user_id,
  '3c90c3cc-0d44-4b50-8888-8dd25736052a',
  '7b1d2c4e-1111-4222-8333-9444a5556667',
];
const some = <Item>(items: readonly Item[]) =>
  fc.option(fc.subarray([...items], { minLength: 1 }), { nil: undefined, freq: 2 });

const filters: fc.Arbitrary<HookFilters> = fc.record({
  kinds: some(kinds),
  new_assignee_ids: some(ids),
  previous_assignee_ids: some(ids),
  ignore_sources: some(['zapier'] as const),
  sequence_template_ids: some(ids.slice(0, 1)),
});
const holder = fc.constantFrom(null, ...ids);

test('the example matches any filters that a change can match', () => {
  fc.assert(
    fc.property(filters, holder, (wanted, assignee_user_id) => {
      const templateId = wanted.sequence_template_ids?.[0] ?? null;
      const example = exampleEvent('task.reassigned', { ...sampleTask, assignee_user_id }, wanted, templateId);
      expect(TaskEvent.parse(example)).toEqual(example);
      expect(matchesHookFilters(wanted, example)).toBe(possibleKinds(wanted).length > 0);
    }),
    { numRuns: 1000 },
  );
});
