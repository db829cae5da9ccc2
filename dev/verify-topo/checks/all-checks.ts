import type { Check } from '../check.ts';
import { notSeen } from '../finding.ts';
import { checkContactList } from './contact-list.ts';
import { checkCreatedAtAfter } from './created-at-after.ts';
import { checkEventTypes } from './event-types.ts';
import { checkGetSequenceCall } from './get-sequence-call.ts';
import { checkGetTaskCall } from './get-task-call.ts';
import { checkLimitHeaders } from './limit-headers.ts';
import { checkMemberLists } from './member-lists.ts';
import { checkReassignment } from './reassignment.ts';
import { checkRepetition } from './repetition.ts';
import { checkSequenceLists } from './sequence-lists.ts';
import { checkSequenceScope } from './sequence-scope.ts';
import { checkTaskActivities } from './task-activities.ts';
import { checkTieOrder } from './tie-order.ts';
import { checkTimestamps } from './timestamps.ts';
import { checkUnknownIds } from './unknown-ids.ts';
import { checkUnknownUser } from './unknown-user.ts';
import { checkWebhookHeaders } from './webhook-headers.ts';

const skipCall = { fact: 'POST /v1/tasks/{id}/skip exists', expected: 'nothing: no call of ours uses it' };

const leaveSkipCall: Check = async () => [notSeen(skipCall, 'not tried, as it would close the task')];

/** In the order in which they run: reads first, then the writes, each building on those before it. */
export const allChecks: readonly Check[] = [
  checkGetTaskCall,
  checkGetSequenceCall,
  checkSequenceLists,
  checkContactList,
  checkTaskActivities,
  checkMemberLists,
  checkCreatedAtAfter,
  checkTieOrder,
  checkEventTypes,
  checkWebhookHeaders,
  checkUnknownIds,
  checkReassignment,
  checkRepetition,
  checkTimestamps,
  checkUnknownUser,
  checkSequenceScope,
  leaveSkipCall,
  checkLimitHeaders,
];
