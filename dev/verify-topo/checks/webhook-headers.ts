import type { CallOutcome } from '../ask-topo.ts';
import type { Check, CheckContext } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';
import type { WebhookPlan } from '../plan.ts';
import { quote } from '../quote.ts';
import { type HeaderReceiver, receiveHeaders } from '../receive-headers.ts';
import { createSubscription, deleteByHand, removeSubscription, testSubscription } from '../temporary-subscription.ts';

const fact = { fact: 'Which headers a webhook of Topo’s has', expected: 'unknown: nothing rests on it' };
const mostLength = 600;
const longestWaitMs = 20_000;
const pauseMs = 250;

/** Documented, and as harmless as any: the subscription is gone before such an event is likely. */
const eventTypes = ['meeting.created'];

const judgeRefusal = ({ status, said }: Extract<CallOutcome<unknown>, { kind: 'refused' }>): Finding => {
  if (status === 403) return notSeen(fact, 'the key lacks webhooks:write');
  if (status === 404) return asAssumed(fact, `it has no webhooks: ${said}`);
  return status >= 500 ? different(fact, `it may have been made: ${said}`, deleteByHand) : notSeen(fact, said);
};

const seeDelivery = async ({ ask, wait }: CheckContext, id: string, receiver: HeaderReceiver): Promise<Finding> => {
  const tested = await ask(testSubscription(id));
  for (let waitedMs = 0; receiver.names() === undefined && waitedMs < longestWaitMs; waitedMs += pauseMs) {
    if (tested.kind === 'refused') return notSeen(fact, `no delivery could be asked for: ${tested.said}`);
    await wait(pauseMs);
  }
  const names = receiver.names();
  if (names === undefined) return notSeen(fact, `nothing came within ${longestWaitMs / 1000} s`);
  return asAssumed(fact, quote(names.join(', '), mostLength));
};

const seeSubscription = async (
  context: CheckContext,
  { url }: WebhookPlan,
  receiver: HeaderReceiver,
): Promise<Finding> => {
  const { ask, askUninterrupted, waitUninterrupted } = context;
  const made = await ask(createSubscription({ url, eventTypes }));
  if (made.kind === 'refused') return judgeRefusal(made);
  if (made.kind !== 'answered') return different(fact, `it may have been made: ${made.said}`, deleteByHand);

  const { id } = made.body;
  const remove = () => removeSubscription(askUninterrupted, id, waitUninterrupted);
  let finding: Finding;
  try {
    finding = await seeDelivery(context, id, receiver);
  } catch (error) {
    await remove();
    throw error;
  }
  const failure = await remove();
  if (failure === undefined) return finding;
  return different(fact, `${finding.seen}; the subscription ${id} is left: ${failure.left}`, deleteByHand);
};

/** Subscribes, asks for a test delivery, and deletes the subscription at once, however that ends. */
export const checkWebhookHeaders: Check = async (context) => {
  const { webhook } = context.plan;
  if (webhook === undefined) return [notSeen(fact, 'not tried without --webhook-url, as it subscribes for a moment')];
  const receiver = await receiveHeaders(webhook.port);
  try {
    return [await seeSubscription(context, webhook, receiver)];
  } finally {
    await receiver.close();
  }
};
