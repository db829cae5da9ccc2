import type { Sandbox } from '../sandbox/create-sandbox.ts';
import type { FaultKind } from '../sandbox/fault.ts';
import { drawInteger, drawOne, type Random } from '../sandbox/random.ts';

const faultKinds: readonly FaultKind[] = [
  { kind: 'rate limit', retryAfter: 1 },
  { kind: 'rate limit' },
  { kind: 'status', status: 500 },
  { kind: 'cut' },
];

/**
 * Creates a function that makes Topo's next one or two answers fail, some after the request took effect. It removes what
 * its last call has left over: otherwise a server that backs off after each failure would never read again.
 */
export const createFaultInjector = (sandbox: Sandbox, random: Random): (() => void) => {
  let removeLast = () => {};
  return () => {
    removeLast();
    removeLast = sandbox.injectFault({
      ...drawOne(random, faultKinds),
      times: drawInteger(random, 1, 3),
      path: /^\/v1\/tasks/,
      afterwards: random() < 0.5,
    });
  };
};
