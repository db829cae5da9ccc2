import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createOpenedHooks } from '../../../webhook-server/delivery/opened-hooks.ts';
import { createTargetCheck, readAllowedHost } from '../../../webhook-server/hook-target.ts';
import { sealHook } from '../../../webhook-server/seals/seal-hook.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { createVault, SealBroken } from '../../../webhook-server/secrets/vault.ts';

/** A vault that counts what it opens. */
const countingVault = () => {
  const vault = createVault(randomBytes(32));
  const counted = { opened: 0 };
  const open: typeof vault.open = (sealed, associatedData) => {
    counted.opened += 1;
    return vault.open(sealed, associatedData);
  };
  return { vault: { ...vault, open }, counted };
};

const allowed = readAllowedHost('hooks.zapier.com');
const checkTarget = createTargetCheck(allowed === undefined ? [] : [allowed]);

const sealedFor = (vault: ReturnType<typeof createVault>, id: string, target: string, secret = 'whsec_one') => {
  const url = new URL(target);
  const { sealedTarget, sealedSecret } = sealHook(vault, { id, url, secret: new Secret(secret) });
  return { hookId: id, sealedTarget, sealedSecret };
};

test('a hook is opened once for all its deliveries', () => {
  const { vault, counted } = countingVault();
  const hooks = createOpenedHooks(vault, checkTarget);
  const sealed = sealedFor(vault, 'hok_1', 'https://hooks.zapier.com/hooks/standard/1/a/');
  const opened = hooks.open(sealed);
  expect(opened.target).toMatchObject({ kind: 'allowed' });
  expect(opened.secret.reveal()).toBe('whsec_one');
  hooks.open({ ...sealed });
  expect(counted.opened).toBe(2);
});

test('what is sealed anew is opened anew, and a host that is not allowed is refused', () => {
  const { vault } = countingVault();
  const hooks = createOpenedHooks(vault, checkTarget);
  hooks.open(sealedFor(vault, 'hok_1', 'https://hooks.zapier.com/hooks/standard/1/a/'));
  const moved = hooks.open(sealedFor(vault, 'hok_1', 'https://elsewhere.example/', 'whsec_two'));
  expect(moved.target).toMatchObject({ kind: 'refused' });
  expect(moved.secret.reveal()).toBe('whsec_two');
});

test('the seals of one hook do not open as those of another, also when those are open', () => {
  const { vault } = countingVault();
  const hooks = createOpenedHooks(vault, checkTarget);
  const sealed = sealedFor(vault, 'hok_1', 'https://hooks.zapier.com/hooks/standard/1/a/');
  hooks.open(sealed);
  expect(() => hooks.open({ ...sealed, hookId: 'hok_2' })).toThrow(SealBroken);
});

test('no more than 1,000 hooks stay open, and the one opened last does', () => {
  const { vault, counted } = countingVault();
  const hooks = createOpenedHooks(vault, checkTarget);
  const sealed = Array.from({ length: 1_001 }, (_, index) =>
    sealedFor(vault, `hok_${index}`, `https://hooks.zapier.com/hooks/standard/1/${index}/`),
  );
  for (const one of sealed) hooks.open(one);
  counted.opened = 0;
  for (const one of [sealed.at(-1), sealed.at(1)]) if (one !== undefined) hooks.open(one);
  expect(counted.opened).toBe(0);
  for (const one of sealed.slice(0, 1)) hooks.open(one);
  expect(counted.opened).toBe(2);
});
