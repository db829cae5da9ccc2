import type { Operation } from './operation.ts';
import { deliveryOperations } from './operations/deliveries.ts';
import { eventOperations } from './operations/events.ts';
import { hookOperations } from './operations/hooks.ts';
import { peopleOperations } from './operations/people.ts';
import { reassignmentOperations } from './operations/reassignments.ts';
import { serverOperations } from './operations/server.ts';
import { taskOperations } from './operations/tasks.ts';
import { wakeUpOperations } from './operations/wake-ups.ts';

/** Every route but the pages of the dashboard. */
export const operations: readonly Operation[] = [
  ...hookOperations,
  ...deliveryOperations,
  ...eventOperations,
  ...taskOperations,
  ...peopleOperations,
  ...reassignmentOperations,
  ...wakeUpOperations,
  ...serverOperations,
];
