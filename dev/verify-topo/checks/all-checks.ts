import type { Check } from '../check.ts';
import { notSeen } from '../finding.ts';
import { checkCreatedAtAfter } from './created-at-after.ts';
import { checkGetSequenceCall } from './get-sequence-call.ts';
import { checkGetTaskCall } from './get-task-call.ts';
import { checkLimitHeaders } from './limit-headers.ts';
import { checkReassignment } from './reassignment.ts';
import { checkRepetition } from './repetition.ts';
import { checkSequenceScope } from './sequence-scope.ts';
import { checkTieOrder } from './tie-order.ts';
import { checkTimestamps } from './timestamps.ts';
import { checkUnknownIds } from './unknown-ids.ts';
import { checkUnknownUser } from './unknown-user.ts';

const skipCall = { fact: 'POST /v1/tasks/{id}/skip exists', expected: 'nothing: no call of ours uses it' };

const leaveSkipCall: Check = async () => [notSeen(skipCall, 'not tried, as it would close the task')];

/** In the order in which they run: reads first, then the writes, each building on those before it. */
export const allChecks: readonly Check[] = [
  checkGetTaskCall,
  checkGetSequenceCall,
  checkCreatedAtAfter,
  checkTieOrder,
  checkUnknownIds,
  checkReassignment,
  checkRepetition,
  checkTimestamps,
  checkUnknownUser,
  checkSequenceScope,
  leaveSkipCall,
  checkLimitHeaders,
];
