import type { Spoiling } from '../fault.ts';
import { type Issue, issueOfStatus } from '../issue.ts';

/** What goes back to the client, before it is written. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** An answer in JSON. */
export const jsonReply = (status: number, body: unknown, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Topo's error body. */
export const issueReply = (
  { status, type, message, data }: Issue,
  requestId: string,
  headers: Reply['headers'] = {},
): Reply =>
  jsonReply(status, { status_code: status, type, message, ...(data && { data }), request_id: requestId }, headers);

const htmlPage =
  '<!doctype html>\n<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n';

const retryAfterHeader = (retryAfter: number | Date | undefined): Reply['headers'] => {
  if (retryAfter === undefined) return {};
  return { 'retry-after': typeof retryAfter === 'number' ? String(retryAfter) : retryAfter.toUTCString() };
};

/** What a fault sends in place of an answer. */
export const spoiltReply = (spoiling: Exclude<Spoiling, { kind: 'cut' | 'delay' }>, requestId: string): Reply => {
  switch (spoiling.kind) {
    case 'rate limit':
      return issueReply(issueOfStatus(429), requestId, retryAfterHeader(spoiling.retryAfter));
    case 'status':
      return issueReply(issueOfStatus(spoiling.status), requestId);
    case 'html':
      return { status: spoiling.status ?? 502, headers: { 'content-type': 'text/html' }, body: htmlPage };
  }
};
