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

/** Our secrets have 32 bytes. Standard Webhooks asks for 24, and its reference sender documents one of 18. */
const minKeyBytes = 16;

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(secretPrefix.length), 'base64');

const isUsable = (secret: string): boolean => {
  const key = keyOf(secret);
  return key.length >= minKeyBytes && secret === secretPrefix + key.toString('base64');
};

/**
 * The `webhook-signature` of a delivery, as the Standard Webhooks specification defines it: `v1,` and the base64
 * HMAC-SHA256 of `id.timestamp.body`.
 *
 * @param secret `whsec_` and base64.
 */
export const sign = (secret: string, { id, timestampSeconds, body }: SignedMessage): string =>
  `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`;

/** Texts are compared, not what they decode to: Node decodes several texts to the same bytes. */
const isSame = (signature: string, expected: string): boolean => {
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};

/** One or more signatures of any version, separated by single spaces. */
const signatureList = /^\w+,[\w+/=-]+( \w+,[\w+/=-]+)*$/;

/** Without leading zeros: what is signed is the number. */
const wholeNumber = /^[1-9]\d{0,11}$/;

/** With a full stop in an id one could move the seams between id, timestamp and body. */
const plainId = /^[^.\s]+$/;

/** A lone surrogate is signed as U+FFFD, so that two texts would have the same signature. */
const isUnambiguous = (text: string): boolean => Buffer.from(text).toString() === text;

/** A sender's clock may run this far ahead of ours. */
const clockSkewSeconds = 5 * 60;

/**
 * Whether a delivery was signed with this secret and is not older than `maxAgeSeconds`. The signature header may hold
 * several signatures, separated by spaces; one valid signature is enough. Each header has one valid spelling: any other
 * one is refused, also where it would mean the same.
 */
export const verify = (
  secret: string,
  headers: SignatureHeaders,
  body: string,
  { nowSeconds, maxAgeSeconds }: { nowSeconds: number; maxAgeSeconds: number },
): Verdict => {
  if (!isUsable(secret)) return { kind: 'invalid', reason: 'the subscription has no usable signing secret' };
  if (!plainId.test(headers.id) || !isUnambiguous(headers.id))
    return { kind: 'invalid', reason: 'its id is malformed' };
  if (!isUnambiguous(body)) return { kind: 'invalid', reason: 'its body is not well-formed text' };
  if (!signatureList.test(headers.signature)) return { kind: 'invalid', reason: 'its signature is malformed' };
  if (!wholeNumber.test(headers.timestamp)) return { kind: 'invalid', reason: 'its timestamp is not a number' };

  const timestampSeconds = Number(headers.timestamp);
  if (timestampSeconds < nowSeconds - maxAgeSeconds) return { kind: 'invalid', reason: 'it is too old' };
  if (timestampSeconds > nowSeconds + clockSkewSeconds) return { kind: 'invalid', reason: 'it comes from the future' };

  const expected = sign(secret, { id: headers.id, timestampSeconds, body });
  const isGenuine = headers.signature.split(' ').some((signature) => isSame(signature, expected));
  return isGenuine ? { kind: 'valid' } : { kind: 'invalid', reason: 'its signature does not fit' };
};
