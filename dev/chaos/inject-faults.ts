import type { Sandbox } from '../sandbox/create-sandbox.ts';
import type { FaultKind } from '../sandbox/fault.ts';
import { drawInteger, drawOne, type Random } from '../sandbox/random.ts';

const faultKinds: readonly FaultKind[] = [
  { kind: 'rate limit', retryAfter: 1 },
  { kind: 'rate limit' },
  { kind: 'status', status: 500 },
  { kind: 'cut' },
];

/** Makes Topo fail. */
export type FaultInjector = {
  /** Makes some of Topo's next answers fail, some after the request took effect. */
  inject(): void;
  /** Removes what is left over: otherwise a server that backs off after each failure would never read again. */
  relent(): void;
  /** Topo answers well until the returned function is called. */
  pause(): () => void;
};

export const createFaultInjector = (sandbox: Sandbox, random: Random): FaultInjector => {
  let removeLast = () => {};
  let isPaused = false;
  return {
    inject() {
      removeLast();
      if (isPaused) return;
      removeLast = sandbox.injectFault({
        ...drawOne(random, faultKinds),
        times: drawInteger(random, 1, 3),
        path: /^\/v1\/tasks/,
        afterwards: random() < 0.5,
      });
    },
    relent: () => removeLast(),
    pause() {
      removeLast();
      isPaused = true;
      return () => {
        isPaused = false;
      };
    },
  };
};
