const loopbackAddress = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Whether the `hostname` of a parsed URL is a literal address of this machine; the name `localhost` is none. */
export const isLoopbackAddress = (hostname: string): boolean => loopbackAddress.test(hostname);

/**
 * Scheme, host and path. A parser drops or rewrites white space, control characters, backslashes and missing slashes:
 * what is written must be what is meant.
 */
const plainUrl = /^https?:\/\/[^/?#@\s\p{Cc}\\]+(\/[^?#\s\p{Cc}\\]*)?$/iu;

/**
 * Whether requests that carry a key may go to this base URL: https, or http to this machine, without a user name, a
 * query or a fragment. An empty one counts, too: paths are appended to the text, and would end up behind the `?` or `#`.
 */
export const isSafeBaseUrl = (text: string): boolean => {
  if (!plainUrl.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const staysHere = hostname === 'localhost' || isLoopbackAddress(hostname);
  return protocol === 'https:' || (protocol === 'http:' && staysHere);
};
