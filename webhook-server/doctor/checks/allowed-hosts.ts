import type { Config } from '../../config.ts';
import { type Finding, ok, wrong } from '../finding.ts';
import { findAddress } from './find-address.ts';

const check = 'allowed hosts';

const judge = async (hostname: string): Promise<Finding> => {
  const found = await findAddress(hostname);
  if (found.isFound) return ok(check, `${hostname} has an address.`);
  const next = 'Check HOOK_ALLOWED_HOSTS, and the name servers of this machine.';
  return wrong(check, `${hostname} has no address (${found.code}). ${next}`);
};

/** Whether there is an address for each host that events may go to. */
export const checkAllowedHosts = ({ allowedHosts }: Config): Promise<Finding[]> =>
  Promise.all([...new Set(allowedHosts.map(({ hostname }) => hostname))].map(judge));
