import { isIP } from 'node:net';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';

/** `1.2.3.4:5678`, `[::1]:99` and `[::1]`: some proxies add the port. */
const withPort = /^(?:\[([^\]]*)\](?::\d*)?|([^:]*):\d*)$/;

/** `fe80::1%eth0`: the zone is a name that the caller chooses. */
const zone = /%.*$/;

/**
 * The address that calls are counted by: without port and zone, and of IPv6 the network that one customer has. What is
 * not an address counts as one caller, so that nobody gets a new count by making one up.
 */
export const addressOf = ({ ip = '' }: Request): string => {
  const [, inBrackets, beforePort] = withPort.exec(ip) ?? [];
  const address = (inBrackets ?? beforePort ?? ip).replace(zone, '');
  return isIP(address) === 0 ? 'no address' : ipKeyGenerator(address);
};
