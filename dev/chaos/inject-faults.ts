import type { Sandbox } from '../sandbox/create-sandbox.ts';
import type { FaultKind } from '../sandbox/fault.ts';
import { drawInteger, drawOne, type Random } from '../sandbox/random.ts';

const spoilings: readonly FaultKind[] = [
  { kind: 'rate limit', retryAfter: 1 },
  { kind: 'rate limit' },
  { kind: 'status', status: 500 },
  { kind: 'cut' },
];

/**
 * Lets one or two of Topo's next answers go wrong, some after Topo has done what it was asked for. What an earlier call
 * left over is lifted: a reader that waits longer after each failure would never read again otherwise.
 */
export const createFaultInjector = (sandbox: Sandbox, random: Random): (() => void) => {
  let lift = () => {};
  return () => {
    lift();
    lift = sandbox.injectFault({
      ...drawOne(random, spoilings),
      times: drawInteger(random, 1, 3),
      path: /^\/v1\/tasks/,
      afterwards: random() < 0.5,
    });
  };
};
