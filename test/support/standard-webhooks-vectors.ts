/**
 * Signatures that are documented: in the tests of the Standard Webhooks libraries for JavaScript and for Rust, and in
 * the documentation of Svix, who wrote the specification with others. The second secret has a `+`, which a URL-safe
 * decoder reads wrongly.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const standardWebhooksVectors = [
  {
    from: 'the JavaScript library',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSeconds: 1_614_265_330,
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    from: 'the Rust library',
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
    timestampSeconds: 1_649_367_553,
    body: '{"email":"test@example.com","username":"test_user"}',
    signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
  },
  {
    from: 'Svix’s documentation',
    secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
    id: 'msg_loFOjxBNrRLzqYUf',
    timestampSeconds: 1_731_705_121,
    body: '{"event_type":"ping","data":{"success":true}}',
    signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
  },
] as const;
