const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const id = '(?:hok|msg|int|evt)_[0-9a-z-]{1,64}';

/** Paths of this server's routes, and of Topo's API. The path of a hook URL, `/hooks/standard/…`, is none of them. */
const harmlessPaths = [
  '/',
  '/(?:healthz|readyz|metrics|events|nudges|nudge-address)',
  `/intents(?:/${id})?`,
  `/people(?:/import|/${uuid})?`,
  `/hooks(?:/${id}(?:/(?:deliveries|recover|test))?)?`,
  `/deliveries/${id}/retry`,
  `/v\\d{1,2}(?:/(?:me|sequence-templates|(?:tasks|contacts|sequences)(?:/${uuid}(?:/assignee)?)?))?/?`,
];
const harmlessPath = new RegExp(`^(?:${harmlessPaths.join('|')})?$`, 'i');

/** How the advice of config.ts writes the URL of a database. */
const exampleDatabase = 'postgres://user:password@host/database';

/** What follows a URL in a sentence is not part of it. */
const splitSentence = (text: string): [text: string, rest: string] => {
  const rest = /[).,;:!?>}'’”]*$/u.exec(text)?.[0] ?? '';
  return [text.slice(0, text.length - rest.length), rest];
};

const redactUrl = (found: string): string => {
  const [url, rest] = splitSentence(found);
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^(https?:\/\/)([^/?#]*)([^?#]*)(.*)$/is.exec(url) ?? [];
  const host = authority.replace(/^.*@/s, '[secret]@');
  if (!harmlessPath.test(path)) return `${scheme}${host}/[secret]${rest}`;
  return `${scheme}${host}${path}${query === '' ? '' : `${query.slice(0, 1)}[secret]`}${rest}`;
};

const redactDatabase = (found: string): string => {
  const [url, rest] = splitSentence(found);
  const scheme = url.slice(0, url.indexOf('//') + 2);
  return url === exampleDatabase ? found : `${scheme}[secret]${rest}`;
};

const redactAuthorization = (found: string): string => {
  const [header, rest] = splitSentence(found);
  return `${header.replace(/ .*$/s, '')} [secret]${rest}`;
};

/** What secrets look like, and what replaces them. A hook URL is a credential, and so is the password of a database. */
const patterns: readonly [RegExp, (found: string) => string][] = [
  [/\bwhsec_[\w+/=-]+/g, () => '[secret]'],
  [/\btopo_[\w-]{8,}/g, () => '[secret]'],
  // Not the example “Bearer topo_…”.
  [/\b(?:Bearer|Basic) +(?!topo_…)[^\s"\\]+/gi, redactAuthorization],
  [/\bhttps?:\/\/[^\s"\\]+/gi, redactUrl],
  [/\bpostgres(?:ql)?:\/\/\w[^\s"\\]*/gi, redactDatabase],
];

/**
 * Removes whatever looks like a Topo key, a signing secret, an authorization header, or the part of a URL that may be a
 * secret: a user, a query, and each path that is not known to be harmless. This is the last line of defence: no secret
 * should reach a log or an output in the first place.
 */
export const redact = (text: string): string =>
  patterns.reduce((redacted, [pattern, replace]) => redacted.replaceAll(pattern, replace), text);
