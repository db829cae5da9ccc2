import type { Sandbox } from '../sandbox/create-sandbox.ts';
import type { Fault, Spoiling } from '../sandbox/fault.ts';
import { drawInteger, drawOne, type Random } from '../sandbox/random.ts';

const spoilings: readonly Spoiling[] = [
  { kind: 'rate limit', retryAfter: 1 },
  { kind: 'rate limit' },
  { kind: 'status', status: 500 },
  { kind: 'cut' },
];

/** Lets one or two of Topo's next answers go wrong; some after Topo has done what it was asked for. */
export const spoil = (sandbox: Sandbox, random: Random): void => {
  const fault: Fault = {
    ...drawOne(random, spoilings),
    times: drawInteger(random, 1, 3),
    path: /^\/v1\/tasks/,
    afterwards: random() < 0.5,
  };
  sandbox.injectFault(fault);
};
