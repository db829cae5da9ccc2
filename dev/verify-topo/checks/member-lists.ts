import * as z from 'zod';
import type { CallOutcome } from '../ask-topo.ts';
import type { Check } from '../check.ts';
import { asAssumed, type Fact, type Finding, notSeen } from '../finding.ts';
import { fieldsOf } from './fields-of.ts';

const judge = (fact: Fact, outcome: CallOutcome<unknown>): Finding => {
  switch (outcome.kind) {
    case 'answered':
      return asAssumed(fact, `it exists: 200 with ${fieldsOf(outcome.body)}`);
    case 'refused':
      if (outcome.status === 404) return asAssumed(fact, `it does not exist: ${outcome.said}`);
      if (outcome.status === 403) return asAssumed(fact, `it exists, and this key may not use it: ${outcome.said}`);
      return notSeen(fact, outcome.said);
    case 'misread':
    case 'unanswered':
      return notSeen(fact, outcome.said);
  }
};

/** No call that lists people is documented. One that exists would make the directory easier to fill. */
export const checkMemberLists: Check = async ({ ask }) => {
  const findings: Finding[] = [];
  for (const path of ['users', 'members']) {
    const fact = { fact: `GET /v1/${path} exists`, expected: 'unknown: nothing rests on it' };
    findings.push(judge(fact, await ask({ method: 'GET', path, answer: z.unknown() })));
  }
  return findings;
};
