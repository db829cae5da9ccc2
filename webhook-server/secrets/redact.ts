/** What secrets look like, and what replaces them. */
const patterns: readonly [RegExp, string][] = [
  [/\bwhsec_[\w+/=-]+/g, '[secret]'],
  [/\btopo_[\w-]{8,}/g, '[secret]'],
  [/\b(Bearer|Basic) +[^\s"\\]+/gi, '$1 [secret]'],
  // A hook URL is a credential, and so is the password of a database.
  [/\b(https?:\/\/)[^\s"\\/@]*@/gi, '$1[secret]@'],
  [/\b(https?:\/\/[^\s"\\/?]+[/?])[^\s"\\]+/gi, '$1[secret]'],
  [/\b(postgres(?:ql)?:\/\/)[^\s"\\]+/gi, '$1[secret]'],
];

/**
 * Removes whatever looks like a Topo key, a signing secret, an authorization header, or the part of a URL behind its
 * host. This is the last line of defence: no secret should reach a log or an output in the first place.
 */
export const redact = (text: string): string =>
  patterns.reduce((redacted, [pattern, replacement]) => redacted.replaceAll(pattern, replacement), text);
