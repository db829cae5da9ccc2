import { expect, test } from '@jest/globals';
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
