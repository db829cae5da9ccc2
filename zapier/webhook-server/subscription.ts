import type { Bundle } from 'zapier-platform-core';
import { Subscribed } from '../../contract/hook.ts';

/** What the app needs of the answer of `POST /hooks`. The rest may differ from version to version of the server. */
export const Subscription = Subscribed.pick({ id: true, secret: true }).loose();
export type Subscription = Pick<Subscribed, 'id' | 'secret'>;

/** What the webhook server answered when the Zap was turned on; `undefined` when Zapier does not know it. */
export const subscriptionOf = ({ subscribeData }: Bundle): Subscription | undefined =>
  Subscription.safeParse(subscribeData).data;
