import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { sign, verify } from '../../contract/signature.ts';
import { standardWebhooksVectors } from '../support/standard-webhooks-vectors.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const body = '{"id":"evt_1","note":"ünïcode ☎"}';
const nowSeconds = Math.floor(Date.now() / 1000);
const message = { id: 'msg_1', timestampSeconds: nowSeconds, body };
const headers = { id: 'msg_1', timestamp: String(nowSeconds), signature: sign(secret, message) };
const limits = { nowSeconds, maxAgeSeconds: 24 * 3600 };

test('a delivery that we signed passes the verifier of the Standard Webhooks project', () => {
  const given = {
    'webhook-id': headers.id,
    'webhook-timestamp': headers.timestamp,
    'webhook-signature': headers.signature,
  };
  expect(new Webhook(secret).verify(body, given)).toEqual(JSON.parse(body));
});

test('a delivery that the Standard Webhooks project signed passes our verifier', () => {
  const signature = new Webhook(secret).sign('msg_1', new Date(nowSeconds * 1000), body);
  expect(verify(secret, { ...headers, signature }, body, limits)).toEqual({ kind: 'valid' });
});

test.each(standardWebhooksVectors)(
  'the signature that $from documents is ours',
  ({ secret, signature, ...message }) => {
    expect(sign(secret, message)).toBe(signature);
    expect(new Webhook(secret).sign(message.id, new Date(message.timestampSeconds * 1000), message.body)).toBe(
      signature,
    );
    const headers = { id: message.id, timestamp: String(message.timestampSeconds), signature };
    const nowSeconds = message.timestampSeconds + 60;
    expect(verify(secret, headers, message.body, { ...limits, nowSeconds })).toEqual({ kind: 'valid' });
    expect(verify(secret, headers, `${message.body} `, { ...limits, nowSeconds }).kind).toBe('invalid');
  },
);

test('one valid signature among several is enough', () => {
  const signature = `v1,AAAA v2,${headers.signature.slice(3)} ${headers.signature}`;
  expect(verify(secret, { ...headers, signature }, body, limits)).toEqual({ kind: 'valid' });
});

test.each([
  ['another body', headers, `${body} `],
  ['another id', { ...headers, id: 'msg_2' }, body],
  ['another timestamp', { ...headers, timestamp: String(nowSeconds - 1) }, body],
  ['another version', { ...headers, signature: headers.signature.replace('v1,', 'v2,') }, body],
  ['no signature', { ...headers, signature: '' }, body],
  ['half a signature', { ...headers, signature: headers.signature.slice(0, -8) }, body],
  ['a timestamp that is no number', { ...headers, timestamp: '1e9' }, body],
])('a delivery with %s is invalid', (_what, given, text) => {
  expect(verify(secret, given, text, limits).kind).toBe('invalid');
});

test('a delivery is valid until it is as old as allowed, and no longer', () => {
  const age = (seconds: number) => verify(secret, headers, body, { ...limits, nowSeconds: nowSeconds + seconds });
  expect(age(24 * 3600)).toEqual({ kind: 'valid' });
  expect(age(24 * 3600 + 1)).toEqual({ kind: 'invalid', reason: 'it is too old' });
});

test('a delivery from more than five minutes ahead is invalid', () => {
  const early = verify(secret, headers, body, { ...limits, nowSeconds: nowSeconds - 301 });
  expect(early).toEqual({ kind: 'invalid', reason: 'it comes from the future' });
});

test('a secret of another form never verifies a delivery', () => {
  for (const wrong of ['', 'whsec_', secret.slice(6), 'whsec_***']) {
    expect(verify(wrong, headers, body, limits).kind).toBe('invalid');
  }
});

test('there is one way to write a signature: whatever is decoded alike is invalid', () => {
  const { signature, timestamp } = headers;
  const list = (text: string) => ({ ...headers, signature: text });
  const altered = [
    list(signature.replace(/=$/, '')),
    list(`${signature}=`),
    list(`${signature},more`),
    list(`${signature} `),
    list(` ${signature}`),
    list(`${signature}  ${signature}`),
    list(`${signature} more`),
    list(`${signature}\n`),
    list(signature.replace(/.=$/, (end) => `${end === 'A=' ? 'B' : String.fromCharCode(end.charCodeAt(0) + 1)}=`)),
    list(signature.replaceAll('+', '-').replaceAll('/', '_')),
    { ...headers, timestamp: `0${timestamp}` },
    { ...headers, timestamp: `00${timestamp}` },
    { ...headers, timestamp: ` ${timestamp}` },
    { ...headers, timestamp: `+${timestamp}` },
    { ...headers, timestamp: `${timestamp}.0` },
  ].filter((given) => given.signature !== signature || given.timestamp !== timestamp);
  for (const given of altered) expect([given, verify(secret, given, body, limits).kind]).toEqual([given, 'invalid']);
});

test('the seams between id, timestamp and body cannot be moved', () => {
  const inner = `{"a":1}`;
  const outer = `${nowSeconds}.${inner}`;
  const signature = sign(secret, { id: 'msg_1', timestampSeconds: nowSeconds, body: outer });
  const moved = { id: `msg_1.${nowSeconds}`, timestamp: String(nowSeconds), signature };
  expect(verify(secret, { ...headers, signature }, outer, limits)).toEqual({ kind: 'valid' });
  expect(verify(secret, moved, inner, limits)).toEqual({ kind: 'invalid', reason: 'its id is malformed' });
});

test('half a surrogate pair does not pass for the character that replaces it', () => {
  const replaced = '{"note":"\ufffd"}';
  const signed = { ...headers, signature: sign(secret, { ...message, body: replaced }) };
  expect(verify(secret, signed, replaced, limits)).toEqual({ kind: 'valid' });
  expect(verify(secret, signed, '{"note":"\ud83d"}', limits).kind).toBe('invalid');
});

test.each([
  ['one byte', 'whsec_AA=='],
  ['15 bytes', `whsec_${Buffer.alloc(15, 7).toString('base64')}`],
  ['spare characters', `${secret}!`],
  ['no padding', secret.replace(/=+$/, '')],
])('a secret with %s never verifies a delivery, not even one that was signed with it', (_what, wrong) => {
  expect(verify(wrong, { ...headers, signature: sign(wrong, message) }, body, limits)).toEqual({
    kind: 'invalid',
    reason: 'the subscription has no usable signing secret',
  });
});

test('any single character that is changed, added or left out makes a delivery invalid', () => {
  const sender = fc.record({
    id: fc.stringMatching(/^dlv_[0-9a-z]{8,32}$/),
    body: fc.json({ noUnicodeString: false }),
    secret: fc.uint8Array({ minLength: 16, maxLength: 64 }),
    ageSeconds: fc.integer({ min: 0, max: 3_600 }),
  });
  const change = fc.record({
    part: fc.constantFrom('id', 'timestamp', 'signature', 'body'),
    how: fc.constantFrom('changed', 'added', 'left out'),
    at: fc.nat(),
    to: fc.oneof(
      fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
  });
  fc.assert(
    fc.property(sender, change, ({ id, body, secret: bytes, ageSeconds }, { part, how, at, to }) => {
      const secret = `whsec_${Buffer.from(bytes).toString('base64')}`;
      const timestampSeconds = nowSeconds - ageSeconds;
      const signature = sign(secret, { id, timestampSeconds, body });
      const genuine = { id, timestamp: String(timestampSeconds), signature, body };
      const judge = ({ body, ...headers }: typeof genuine) => verify(secret, headers, body, limits).kind;
      expect(judge(genuine)).toBe('valid');
      const text = genuine[part];
      const index = at % text.length;
      const end = text.slice(how === 'added' ? index : index + 1);
      const altered = text.slice(0, index) + (how === 'left out' ? '' : to) + end;
      if (altered !== text) expect(judge({ ...genuine, [part]: altered })).toBe('invalid');
    }),
    { numRuns: 2_000 },
  );
});
