import type { Bundle } from 'zapier-platform-core';
import { Subscribed } from '../../contract/hook.ts';

/** What the app needs from the response of `POST /hooks`. The rest may differ between server versions. */
export const Subscription = Subscribed.pick({ id: true, secret: true }).loose();
export type Subscription = Pick<Subscribed, 'id' | 'secret'>;

/** What the webhook server returned when the Zap was turned on; `undefined` when Zapier does not have it. */
export const subscriptionOf = ({ subscribeData }: Bundle): Subscription | undefined =>
  Subscription.safeParse(subscribeData).data;
