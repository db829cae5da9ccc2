const loopbackAddress = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Whether the `hostname` of a parsed URL is a literal address of this machine; the name `localhost` is none. */
export const isLoopbackAddress = (hostname: string): boolean => loopbackAddress.test(hostname);

/**
 * Whether requests that carry a key may go to this base URL: https, or http to this machine, without a user name, a
 * query or a fragment.
 */
export const isSafeBaseUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const staysHere = hostname === 'localhost' || isLoopbackAddress(hostname);
  const isProtected = protocol === 'https:' || (protocol === 'http:' && staysHere);
  return isProtected && [username, password, search, hash].every((part) => part === '');
};
