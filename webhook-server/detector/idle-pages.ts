import { largestPage } from '../../topo/list.ts';
import { keepNewest } from '../keep-newest.ts';
import type { PollClaim } from '../store/work-store.ts';

type Known = Pick<PollClaim, 'organizationId' | 'records' | 'nowMs'>;

/** How many rows to ask for, and the fingerprint of an answer that holds no news; null when none is known. */
export type FirstLook = { size: number; seen: string | null };

/** A first look has so many rows: what changed since the last one is seldom more. */
const smallLook = 20;

/**
 * After this time a first look has a whole page again. That a task's `updated_at` moves with every change is inferred:
 * one that did not move would be met on a whole page, and else by the daily reconciliation.
 */
const wholeLookEveryMs = 5 * 60_000;

/**
 * First pages in which nothing was new. Whether a page holds news depends on its bytes and on what is stored, so the same
 * bytes hold none as long as nothing more was stored, by whichever process.
 */
export type IdlePages = {
  /** How a workspace whose news were all read is looked at next: a whole page now and then, else a few rows. */
  firstLook(claim: Known): FirstLook;
  /** Notes that a look had no news, and what its answer's fingerprint was. */
  keep(claim: Known, size: number, fingerprint: string): void;
};

type Idle = { records: number; wholeAtMs: number; whole: string | null; small: string | null };

/** @param most remembers that many workspaces. */
export const createIdlePages = (most: number): IdlePages => {
  const workspaces = new Map<string, Idle>();

  const idleOf = ({ organizationId, records }: Known): Idle | undefined => {
    const idle = workspaces.get(organizationId);
    return idle?.records === records ? idle : undefined;
  };

  return {
    firstLook(claim) {
      const idle = idleOf(claim);
      // Also where the clock was set back.
      const isWholeDue = idle === undefined || Math.abs(claim.nowMs - idle.wholeAtMs) >= wholeLookEveryMs;
      return isWholeDue ? { size: largestPage, seen: idle?.whole ?? null } : { size: smallLook, seen: idle.small };
    },
    keep(claim, size, fingerprint) {
      const { organizationId, records, nowMs } = claim;
      const known = idleOf(claim) ?? { records, wholeAtMs: nowMs, whole: null, small: null };
      const idle =
        size === largestPage ? { ...known, wholeAtMs: nowMs, whole: fingerprint } : { ...known, small: fingerprint };
      keepNewest(workspaces, organizationId, idle, most);
    },
  };
};
