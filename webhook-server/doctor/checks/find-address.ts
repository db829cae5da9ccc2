import { lookup } from 'node:dns/promises';
import { errorCode } from '../../error-code.ts';

/** Whether a host has an address: the code of the error when it has none. */
export const findAddress = async (hostname: string): Promise<{ isFound: true } | { isFound: false; code: string }> => {
  try {
    // An IPv6 address stands in brackets.
    await lookup(hostname.replace(/^\[(.*)\]$/, '$1'));
    return { isFound: true };
  } catch (error) {
    return { isFound: false, code: errorCode(error) ?? 'unknown error' };
  }
};
