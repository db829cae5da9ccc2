import { type Issue, issueOfStatus } from '../api-issue.ts';
import type { FaultKind } from '../fault.ts';

/** A response before it is written. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const jsonReply = (status: number, body: unknown, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** An issue as Topo's error body. */
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

/** The reply that a fault sends instead of the real one. */
export const faultReply = (faultKind: Exclude<FaultKind, { kind: 'cut' | 'delay' }>, requestId: string): Reply => {
  switch (faultKind.kind) {
    case 'rate limit':
      return issueReply(issueOfStatus(429), requestId, retryAfterHeader(faultKind.retryAfter));
    case 'status':
      return issueReply(issueOfStatus(faultKind.status), requestId);
    case 'html':
      return { status: faultKind.status ?? 502, headers: { 'content-type': 'text/html' }, body: htmlPage };
  }
};
