import { describeChanges } from './changes.ts';
import { describeCleanUp } from './clean-up.ts';
import { describeDeliveries } from './deliveries.ts';
import { describeDeliveriesByHand } from './deliveries-by-hand.ts';
import { describeEvents } from './events.ts';
import { describeFarewells } from './farewells.ts';
import { describeHooks } from './hooks.ts';
import { describeKeyCheck } from './key-check.ts';
import { describePaces } from './paces.ts';
import { describePolls } from './polls.ts';
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
  describeKeyCheck(name, at);
};
