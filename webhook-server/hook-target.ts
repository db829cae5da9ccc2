import { isLoopbackAddress } from '../contract/safe-url.ts';

/** Whether a delivery may go to a URL, and why not. */
export type TargetVerdict = { kind: 'allowed'; url: URL } | { kind: 'refused'; reason: string };

export type TargetCheck = (target: string) => TargetVerdict;

type AllowedHost = { hostname: string; port: string; allowsPlainHttp: boolean };

/**
 * Reads one entry of a list of allowed hosts, an exact `host` or `host:port`. Only a literal loopback address with a port
 * may be reached by plain http, for trying things out on one machine.
 *
 * @returns `undefined` when the entry is anything else, such as a URL, a wildcard or a number in disguise.
 */
export const readAllowedHost = (entry: string): AllowedHost | undefined => {
  if (!URL.canParse(`https://${entry}`)) return undefined;
  const { host, hostname, port } = new URL(`https://${entry}`);
  const isWrittenPlainly = entry.toLowerCase() === host || entry.toLowerCase() === `${host}:443`;
  if (!isWrittenPlainly || hostname.includes('*')) return undefined;
  return { hostname, port: port === '' ? '443' : port, allowsPlainHttp: port !== '' && isLoopbackAddress(hostname) };
};

/** An `@` before the path, also one with nothing in front of it. */
const holdsUser = /^[^/?#]*\/*[^/?#]*@/;

const portOf = ({ port, protocol }: URL): string => {
  if (port !== '') return port;
  return protocol === 'https:' ? '443' : '80';
};

/**
 * Decides which URLs deliveries may go to. It is asked when a hook subscribes and again before each delivery, so that
 * neither a forged request nor an altered database turns the server against another host.
 *
 * @param setting the variable with the list, for the sentence that refuses a host.
 */
export const createTargetCheck = (
  allowedHosts: readonly AllowedHost[],
  setting = 'HOOK_ALLOWED_HOSTS',
): TargetCheck => {
  const refused = (reason: string): TargetVerdict => ({ kind: 'refused', reason });

  return (target) => {
    // A parser drops or rewrites these: what is written must be what is meant.
    if (/[\s\p{Cc}\\]/u.test(target)) return refused('it holds white space or a backslash');
    if (!URL.canParse(target)) return refused('it is not a URL');
    const url = new URL(target);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused('it is not an https URL');
    if (holdsUser.test(target) || url.username !== '' || url.password !== '')
      return refused('it holds a user name or a password');
    if (target.includes('#')) return refused('it holds a fragment (#…)');

    const entry = allowedHosts.find(({ hostname, port }) => hostname === url.hostname && port === portOf(url));
    if (entry === undefined) return refused(`its host is not on the list of allowed hosts (${setting})`);
    if (url.protocol === 'http:' && !entry.allowsPlainHttp) return refused('it is not an https URL');
    return { kind: 'allowed', url };
  };
};
