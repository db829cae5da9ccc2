import { lookup } from 'node:dns/promises';
import type { Config } from '../../config.ts';
import { errorCode } from '../../error-code.ts';
import { type Finding, ok, wrong } from '../finding.ts';

const check = 'allowed hosts';

const judge = async (hostname: string): Promise<Finding> => {
  try {
    // An IPv6 address stands in brackets.
    await lookup(hostname.replace(/^\[(.*)\]$/, '$1'));
    return ok(check, `${hostname} has an address.`);
  } catch (error) {
    const next = 'Check HOOK_ALLOWED_HOSTS, and the name servers of this machine.';
    return wrong(check, `${hostname} has no address (${errorCode(error) ?? 'unknown error'}). ${next}`);
  }
};

/** Whether there is an address for each host that events may go to. */
export const checkAllowedHosts = ({ allowedHosts }: Config): Promise<Finding[]> =>
  Promise.all([...new Set(allowedHosts.map(({ hostname }) => hostname))].map(judge));
