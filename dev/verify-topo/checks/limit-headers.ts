import type { Check } from '../check.ts';
import { asAssumed } from '../finding.ts';

const fact = {
  fact: 'Answers say what the rate limit is',
  expected: 'nothing rests on it: polls keep a budget of their own and honour Retry-After',
};

export const checkLimitHeaders: Check = async ({ limitHeaders }) => {
  const headers = [...limitHeaders].map(([name, value]) => `${name}: ${value}`);
  return [asAssumed(fact, headers.length === 0 ? 'no such header' : headers.join(', '))];
};
