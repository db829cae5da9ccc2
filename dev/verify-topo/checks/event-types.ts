import type { Check } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';
import { quote } from '../quote.ts';
import { createSubscription, deleteByHand, removeSubscription } from '../temporary-subscription.ts';

const fact = { fact: 'Topo lists the event types of its webhooks', expected: 'unknown: nothing rests on it' };
const mostLength = 2_000;

/** An address that belongs to nobody, and an event that does not exist: Topo should refuse it, and say what it knows. */
const bogus = createSubscription({ url: 'https://example.invalid/', eventTypes: ['nothing.such'] });

export const checkEventTypes: Check = async ({
  plan,
  ask,
  askUninterrupted,
  waitUninterrupted,
}): Promise<Finding[]> => {
  if (!plan.isEventTypesAsked) return [notSeen(fact, 'not tried without --event-types, as Topo might take it')];
  const outcome = await ask(bogus);
  switch (outcome.kind) {
    case 'answered': {
      const failure = await removeSubscription(askUninterrupted, outcome.body.id, waitUninterrupted);
      if (failure !== undefined) {
        return [different(fact, `it took an unknown one, and kept it: ${failure.left}`, deleteByHand)];
      }
      return [asAssumed(fact, 'it took an unknown one, so nothing was listed; that subscription was deleted')];
    }
    case 'refused': {
      if (outcome.status === 403) return [notSeen(fact, 'the key lacks webhooks:write')];
      if (outcome.status === 404) return [asAssumed(fact, `it has no webhooks: ${outcome.said}`)];
      if (outcome.status === 429) return [notSeen(fact, outcome.said)];
      if (outcome.status >= 500) return [different(fact, `it may have been made: ${outcome.said}`, deleteByHand)];
      if (outcome.data === undefined) return [asAssumed(fact, `no, it only refuses: ${outcome.said}`)];
      return [asAssumed(fact, quote(`${outcome.said}, data: ${JSON.stringify(outcome.data)}`, mostLength))];
    }
    case 'misread':
    case 'unanswered':
      return [different(fact, `it may have been made: ${outcome.said}`, deleteByHand)];
  }
};
