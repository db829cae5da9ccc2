import type { PollClaim } from '../store/work-store.ts';

type Known = Pick<PollClaim, 'organizationId' | 'records'>;

/**
 * First pages in which nothing was new. Whether a page holds news depends on its bytes and on what is stored, so the same
 * bytes hold none as long as nothing more was stored, by whichever process.
 */
export type IdlePages = {
  /** The fingerprint of the page that held no news; null when none is known, or something was stored since. */
  fingerprintOf(claim: Known): string | null;
  keep(claim: Known, fingerprint: string): void;
};

/** @param most remembers that many workspaces. */
export const createIdlePages = (most: number): IdlePages => {
  const pages = new Map<string, { records: number; fingerprint: string }>();
  return {
    fingerprintOf({ organizationId, records }) {
      const page = pages.get(organizationId);
      return page?.records === records ? page.fingerprint : null;
    },
    keep({ organizationId, records }, fingerprint) {
      // The last to be kept is the last to be forgotten.
      pages.delete(organizationId);
      pages.set(organizationId, { records, fingerprint });
      const [oldest] = pages.keys();
      if (pages.size > most && oldest !== undefined) pages.delete(oldest);
    },
  };
};
