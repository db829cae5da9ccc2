import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is signed: the delivery's id, the time of sending (seconds since 1970), and the exact bytes of the body. */
export type SignedMessage = { id: string; timestampSeconds: number; body: string };

/** The header names that the Standard Webhooks specification defines. */
export const signatureHeader = {
  id: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;

/** The values of the three headers, as received. */
export type SignatureHeaders = { id: string; timestamp: string; signature: string };

export type Verdict = { kind: 'valid' } | { kind: 'invalid'; reason: string };

const secretPrefix = 'whsec_';

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(secretPrefix.length), 'base64');

const digest = (secret: string, { id, timestampSeconds, body }: SignedMessage): Buffer =>
  createHmac('sha256', keyOf(secret)).update(`${id}.${timestampSeconds}.${body}`).digest();

/**
 * The `webhook-signature` of a delivery, as the Standard Webhooks specification defines it: `v1,` and the base64
 * HMAC-SHA256 of `id.timestamp.body`.
 *
 * @param secret `whsec_` and base64.
 */
export const sign = (secret: string, message: SignedMessage): string =>
  `v1,${digest(secret, message).toString('base64')}`;

const isSame = (signature: string, expected: Buffer): boolean => {
  const [version, encoded = ''] = signature.split(',', 2);
  const given = Buffer.from(encoded, 'base64');
  return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
};

/** A sender's clock may run this far ahead of ours. */
const clockSkewSeconds = 5 * 60;

/**
 * Whether a delivery was signed with this secret and is not older than `maxAgeSeconds`. The signature header may hold
 * several signatures, separated by spaces; one valid signature is enough.
 */
export const verify = (
  secret: string,
  headers: SignatureHeaders,
  body: string,
  { nowSeconds, maxAgeSeconds }: { nowSeconds: number; maxAgeSeconds: number },
): Verdict => {
  if (!secret.startsWith(secretPrefix) || keyOf(secret).length === 0)
    return { kind: 'invalid', reason: 'the subscription has no usable signing secret' };
  if (!/^\d{1,12}$/.test(headers.timestamp)) return { kind: 'invalid', reason: 'its timestamp is not a number' };

  const timestampSeconds = Number(headers.timestamp);
  if (timestampSeconds < nowSeconds - maxAgeSeconds) return { kind: 'invalid', reason: 'it is too old' };
  if (timestampSeconds > nowSeconds + clockSkewSeconds) return { kind: 'invalid', reason: 'it comes from the future' };

  const expected = digest(secret, { id: headers.id, timestampSeconds, body });
  const isGenuine = headers.signature.split(' ').some((signature) => isSame(signature, expected));
  return isGenuine ? { kind: 'valid' } : { kind: 'invalid', reason: 'its signature does not fit' };
};
