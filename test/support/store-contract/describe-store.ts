import { describeChanges } from './changes.ts';
import { describeCleanUp } from './clean-up.ts';
import { describeDeliveries } from './deliveries.ts';
import { describeDeliveriesByHand } from './deliveries-by-hand.ts';
import { describeEvents } from './events.ts';
import { describeFarewells } from './farewells.ts';
import { describeHooks } from './hooks.ts';
import { describeIntents } from './intents.ts';
import { describeKeyCheck } from './key-check.ts';
import { describePaces } from './paces.ts';
import { describePeople } from './people.ts';
import { describePolls } from './polls.ts';
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
  describePaces(name, at);
  describeDeliveriesByHand(name, at);
  describeFarewells(name, at);
  describeCleanUp(name, at);
  describeIntents(name, at);
  describePeople(name, at);
  describeSequences(name, at);
  describeRequests(name, at);
  describeKeyCheck(name, at);
};
