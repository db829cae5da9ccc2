import type { TopoReach } from '../../reach-topo.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'clock';

/** Topo tells whole seconds, and its answer takes a while. */
const usualMs = 5_000;

/** Whoever verifies a signature refuses one that is further away in time. */
const mostMs = 5 * 60_000;

/** How far this machine's clock is from Topo's. Nothing when Topo tells no time. */
export const checkClock = (reach: TopoReach, nowMs: number): readonly Finding[] => {
  if (reach.kind === 'silent' || reach.dateMs === undefined) return [];
  const aheadMs = nowMs - reach.dateMs;
  const away = Math.abs(aheadMs);
  if (away <= usualMs) return [ok(check, 'It agrees with Topo’s.')];
  const says = `It is ${Math.round(away / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} Topo’s. Set it, best by NTP.`;
  return [away > mostMs ? wrong(check, `${says} Zaps refuse what it signs.`) : warning(check, says)];
};
