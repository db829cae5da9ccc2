import type { IncomingHttpHeaders } from 'node:http';
import type { RawRequest } from './app-event.ts';

// Zapier's header names come from WSGI, which prefixes every header but these two.
const unprefixed = new Set(['content-type', 'content-length']);

const titleCase = (name: string): string => name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());

/** Zapier's name for a header: `webhook-id` becomes `Http-Webhook-Id`. */
export const zapierHeaderName = (name: string): string =>
  unprefixed.has(name) ? titleCase(name) : `Http-${titleCase(name)}`;

const flat = (value: string | string[]): string => (Array.isArray(value) ? value.join(', ') : value);

const zapierHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[zapierHeaderName(name), flat(value)]],
    ),
  );

type Caught = { method: string; url: string; headers: IncomingHttpHeaders; content: string };

/** A request as Zapier passes it to a hook's `perform`. */
export const rawRequestOf = ({ method, url, headers, content }: Caught): RawRequest => ({
  method,
  querystring: url.split('?').slice(1).join('?'),
  headers: zapierHeaders(headers),
  content,
});

/** The parsed body, which Zapier passes along as well; the text itself when it is not JSON. */
export const cleanedRequestOf = (content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
};
