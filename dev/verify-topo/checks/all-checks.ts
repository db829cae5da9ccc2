import type { Check } from '../check.ts';
import { checkCreatedAtAfter } from './created-at-after.ts';
import { checkSequenceCall } from './get-sequence-call.ts';
import { checkOwnCall } from './get-task-call.ts';
import { checkLimitHeaders } from './limit-headers.ts';
import { checkReassignment } from './reassignment.ts';
import { checkRepetition } from './repetition.ts';
import { checkSiblings } from './sequence-scope.ts';
import { checkSkipCall } from './skip-call.ts';
import { checkTieOrder } from './tie-order.ts';
import { checkTimestamps } from './timestamps.ts';
import { checkUnknownIds } from './unknown-ids.ts';
import { checkUnknownUser } from './unknown-user.ts';

/** In the order in which they run: reads first, then the writes, each building on those before it. */
export const everyCheck: readonly Check[] = [
  checkOwnCall,
  checkSequenceCall,
  checkCreatedAtAfter,
  checkTieOrder,
  checkUnknownIds,
  checkReassignment,
  checkRepetition,
  checkTimestamps,
  checkUnknownUser,
  checkSiblings,
  checkSkipCall,
  checkLimitHeaders,
];
