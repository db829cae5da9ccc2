import type { Check } from '../check.ts';
import { notSeen } from '../finding.ts';

const fact = { fact: 'POST /v1/tasks/{id}/skip exists', expected: 'nothing: no call of ours uses it' };

export const checkSkipCall: Check = async () => [notSeen(fact, 'not tried, as it would close the task')];
