import * as z from 'zod';
import type { Call } from '../../../topo/call.ts';
import { largestPage, listOf } from '../../../topo/list.ts';
import type { Check } from '../check.ts';
import { asAssumed, type Finding, notSeen } from '../finding.ts';
import { quote } from '../quote.ts';
import { fieldsOf } from './fields-of.ts';

const fact = { fact: 'GET /v1/activities tells of tasks', expected: 'unknown: nothing rests on it' };
const mostLength = 600;

const ActivityPage = listOf(z.looseObject({ event_type: z.string().optional().catch(undefined) }));
type ActivityPage = z.infer<typeof ActivityPage>;

const newestOfTasks: Call<ActivityPage> = {
  method: 'GET',
  path: 'activities',
  query: { resource_type: 'TASK', sort_by: 'created_at', sort_order: 'desc', size: largestPage },
  needs: 'activities:read',
  answer: ActivityPage,
};

const describe = ({ items }: ActivityPage): string => {
  if (items.length === 0) return 'it exists, and has no event of a task';
  const names = [...new Set(items.flatMap(({ event_type: name }) => name ?? []))].sort();
  const named = names.length === 0 ? 'none with an event_type' : `with the event_type ${names.join(', ')}`;
  return quote(`it does: ${items.length} events, ${named}; ${fieldsOf(items)}`, mostLength);
};

/** Is there an event when a task gets another assignee? Nobody could read it in Topo's documentation. */
export const checkTaskActivities: Check = async ({ ask }): Promise<Finding[]> => {
  const outcome = await ask(newestOfTasks);
  switch (outcome.kind) {
    case 'answered':
      return [asAssumed(fact, describe(outcome.body))];
    case 'refused':
      if (outcome.status === 403) return [notSeen(fact, 'the key lacks activities:read')];
      if (outcome.status === 404) return [asAssumed(fact, `it does not exist: ${outcome.said}`)];
      return [notSeen(fact, outcome.said)];
    case 'misread':
    case 'unanswered':
      return [notSeen(fact, outcome.said)];
  }
};
