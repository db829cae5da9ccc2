import { largestPage } from '../../topo/list.ts';
import { keepNewest } from '../keep-newest.ts';
import type { PollClaim } from '../store/work-store.ts';

type Known = Pick<PollClaim, 'organizationId' | 'records' | 'nowMs'>;

/** How many rows to ask for, and the fingerprint of an answer that holds no news; null when none is known. */
export type FirstLook = { size: number; seen: string | null };

/** A first look has so many rows: what changed since the last one is seldom more. */
const smallLook = 20;

/** So many of them are left for what is new, beside what was read before and has to be read again. */
const leftForNews = 5;

/** Where something has just changed, more may have: only so soon after a look a few rows do. */
const soonMs = 20_000;

/**
 * After this time a first look has a whole page again. That a task's `updated_at` moves with every change is inferred:
 * one that did not move would be met on a whole page, and else by the daily reconciliation.
 */
const wholeLookEveryMs = 5 * 60_000;

/** How workspaces are looked at first in a poll: with a whole page now and then, else with a few rows where those do. */
export type FirstLooks = {
  next(claim: Known): FirstLook;
  /**
   * Notes that a look had no news, and what its answer's fingerprint was. Whether a page holds news depends on its bytes and
   * on what is stored, so the same bytes hold none as long as nothing more was stored, by whichever process.
   */
  foundNothing(claim: Known, size: number, fingerprint: string): void;
  /** Notes that what a look showed is being stored, and how many rows the next one will show again. */
  found(claim: Known, size: number, rowsAgain: number): void;
};

type Past = {
  wholeAtMs: number;
  lookedAtMs: number;
  rowsAgain: number;
  records: number;
  whole: string | null;
  small: string | null;
};

/** @param most remembers that many workspaces. */
export const createFirstLooks = (most: number): FirstLooks => {
  const workspaces = new Map<string, Past>();

  const pastOf = ({ organizationId, records }: Known): Past | undefined => {
    const past = workspaces.get(organizationId);
    return past === undefined || past.records === records ? past : { ...past, records, whole: null, small: null };
  };

  const keep = ({ organizationId }: Known, past: Past): void => keepNewest(workspaces, organizationId, past, most);

  /** Also where the clock was set back, what was done then was not done just now. */
  const isOver = (sinceMs: number, { nowMs }: Known, lastsMs: number): boolean => Math.abs(nowMs - sinceMs) >= lastsMs;

  const doFewRows = (past: Past, claim: Known): boolean =>
    past.rowsAgain === 0 || (past.rowsAgain + leftForNews <= smallLook && !isOver(past.lookedAtMs, claim, soonMs));

  return {
    next(claim) {
      const past = pastOf(claim);
      return past === undefined || isOver(past.wholeAtMs, claim, wholeLookEveryMs) || !doFewRows(past, claim)
        ? { size: largestPage, seen: past?.whole ?? null }
        : { size: smallLook, seen: past.small };
    },
    foundNothing(claim, size, fingerprint) {
      const { records, nowMs } = claim;
      const { whole = null, small = null, wholeAtMs = nowMs } = pastOf(claim) ?? {};
      // What has settled is not read again.
      const looked = { lookedAtMs: nowMs, rowsAgain: 0, records };
      keep(
        claim,
        size === largestPage
          ? { ...looked, wholeAtMs: nowMs, whole: fingerprint, small }
          : { ...looked, wholeAtMs, whole, small: fingerprint },
      );
    },
    found(claim, size, rowsAgain) {
      const { records, nowMs } = claim;
      const wholeAtMs = size === largestPage ? nowMs : (pastOf(claim)?.wholeAtMs ?? nowMs);
      keep(claim, { wholeAtMs, lookedAtMs: nowMs, rowsAgain, records, whole: null, small: null });
    },
  };
};
