import { inWords, type TaskEvent } from './event.ts';
import { mayReadContacts, mayReadTemplates, unknownFacts } from './task-facts.ts';
import { toldFacts } from './told-facts.ts';

/** The event as somebody may see it whose key has these scopes: without contact or template where it may not read them. */
export const eventForKey = (scopes: readonly string[], event: TaskEvent): TaskEvent => {
  if (mayReadContacts(scopes)) return event;
  const unknown = toldFacts(unknownFacts);
  const template = mayReadTemplates(scopes)
    ? {}
    : { sequence_template: unknown.sequence_template, sequence_template_id: null };
  return inWords({ ...event, contact: unknown.contact, ...template });
};
