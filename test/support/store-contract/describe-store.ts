import { describeChanges } from './changes.ts';
import { describeCleanUp } from './clean-up.ts';
import { describeDeliveries } from './deliveries.ts';
import { describeDeliveriesByHand } from './deliveries-by-hand.ts';
import { describeEndNotices } from './end-notices.ts';
import { describeEvents } from './events.ts';
import { describeHooks } from './hooks.ts';
import { describeIntents } from './intents.ts';
import { describeKeyCheck } from './key-check.ts';
import { describePages } from './pages.ts';
import { describePeople } from './people.ts';
import { describePolls } from './polls.ts';
import { describeRateLimits } from './rate-limits.ts';
import { describeRequests } from './requests.ts';
import { describeSequences } from './sequences.ts';
import { type OpenStore, useStore } from './store-bench.ts';

/** What every driver must do, whatever it stores in. */
export const describeStore = (name: string, open: OpenStore): void => {
  const at = useStore(open);
  describeHooks(name, at);
  describePolls(name, at);
  describeChanges(name, at);
  describeEvents(name, at);
  describeDeliveries(name, at);
  describeRateLimits(name, at);
  describeDeliveriesByHand(name, at);
  describeEndNotices(name, at);
  describeCleanUp(name, at);
  describeIntents(name, at);
  describePeople(name, at);
  describePages(name, at);
  describeSequences(name, at);
  describeRequests(name, at);
  describeKeyCheck(name, at);
};
