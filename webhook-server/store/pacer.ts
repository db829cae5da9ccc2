import { allowance, nextAllowedMs, spend } from './pace.ts';
import type { Pace, Paces } from './work-store.ts';

/** Whose pace a delivery uses up: that of its hook and, if it has one, that of its `pace_key`. */
export type Paced = { hook_id: string; pace_key: string | null; paced_until_ms: number };

/** Lets deliveries through as their paces allow. To be made for one claim, inside its transaction. */
export type Pacer = {
  /** Whether this delivery may go now; if so it counts. */
  admit(delivery: Paced): boolean;
  /** Until when the pace of each hook is used up that was asked about. */
  usedByHooks(): { hookId: string; usedUntilMs: number }[];
  /** The same for each `pace_key`. */
  usedByKeys(): { paceKey: string; usedUntilMs: number }[];
  /** The hooks that have to wait, and until when. */
  waits(): { hookId: string; resumeAtMs: number }[];
};

type Gauge = { pace: Pace; usedUntilMs: number };

/** @param usedByKey until when the pace of a `pace_key` is used up so far. */
export const createPacer = (paces: Paces, usedByKey: (paceKey: string) => number, nowMs: number): Pacer => {
  const ofHooks = new Map<string, Gauge>();
  const ofKeys = new Map<string, Gauge>();
  const waits = new Map<string, number>();

  const gaugeIn = (gauges: Map<string, Gauge>, name: string, read: () => Gauge): Gauge => {
    const gauge = gauges.get(name) ?? read();
    gauges.set(name, gauge);
    return gauge;
  };

  const gaugesOf = ({ hook_id, pace_key, paced_until_ms }: Paced): Gauge[] => {
    const ofHook = gaugeIn(ofHooks, hook_id, () => ({ pace: paces.hook, usedUntilMs: paced_until_ms }));
    if (pace_key === null) return [ofHook];
    const readKey = () => ({ pace: paces.paceKey, usedUntilMs: usedByKey(pace_key) });
    return [ofHook, gaugeIn(ofKeys, pace_key, readKey)];
  };

  return {
    admit(delivery) {
      const gauges = gaugesOf(delivery);
      const spent = gauges.filter(({ pace, usedUntilMs }) => allowance(pace, usedUntilMs, nowMs) < 1);
      if (spent.length > 0) {
        const resumeAtMs = Math.max(...spent.map(({ pace, usedUntilMs }) => nextAllowedMs(pace, usedUntilMs)));
        waits.set(delivery.hook_id, resumeAtMs);
        return false;
      }
      for (const gauge of gauges) gauge.usedUntilMs = spend(gauge.pace, gauge.usedUntilMs, nowMs);
      return true;
    },
    usedByHooks: () => [...ofHooks].map(([hookId, { usedUntilMs }]) => ({ hookId, usedUntilMs })),
    usedByKeys: () => [...ofKeys].map(([paceKey, { usedUntilMs }]) => ({ paceKey, usedUntilMs })),
    waits: () => [...waits].map(([hookId, resumeAtMs]) => ({ hookId, resumeAtMs })),
  };
};
