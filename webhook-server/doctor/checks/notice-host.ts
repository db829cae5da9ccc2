import type { Config } from '../../config.ts';
import { type Finding, ok, wrong } from '../finding.ts';
import { findAddress } from './find-address.ts';

const check = 'notices';

/**
 * Whether there is an address for the host that notices go to, which is one of NOTICE_ALLOWED_HOSTS: settings with another
 * one cannot be read. Only the host may be shown.
 */
export const checkNoticeHost = async ({ noticeTarget }: Config): Promise<Finding[]> => {
  if (noticeTarget === undefined) return [];
  const { hostname } = new URL(noticeTarget.reveal());
  const found = await findAddress(hostname);
  if (found.isFound) return [ok(check, `${hostname}, to which NOTICE_WEBHOOK_URL leads, has an address.`)];
  const next = 'Check NOTICE_WEBHOOK_URL, and the name servers of this machine.';
  return [wrong(check, `${hostname} has no address (${found.code}). ${next}`)];
};
