import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type Subscribed, SubscribeRequest } from '../../../contract/hook.ts';
import type { TargetCheck } from '../../hook-target.ts';
import { signingSecretPlace, targetPlace } from '../../secrets/places.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { NewHook } from '../../store/tenant-store.ts';
import { type Authenticate, requireScope } from '../authenticate.ts';
import { hookAnswer } from '../hook-answer.ts';
import { HttpError } from '../http-error.ts';
import { parseRequest } from '../parse-request.ts';
import { zapierUserOf } from '../zapier-user.ts';

type Ports = { authenticate: Authenticate; checkTarget: TargetCheck; vault: Vault; clock: () => number };

const newSecret = (): Secret => new Secret(`whsec_${randomBytes(32).toString('base64')}`);

const paceKeyOf = (vault: Vault, url: URL): string | null => {
  const user = zapierUserOf(url);
  return user === undefined ? null : vault.hash(new Secret(user), 'zapier_user');
};

const sealedHook = (
  vault: Vault,
  url: URL,
): Pick<NewHook, 'id' | 'targetHash' | 'paceKey' | 'secretHash' | 'sealedTarget' | 'sealedSecret'> => {
  const target = new Secret(url.href);
  const id = `hok_${randomBytes(16).toString('hex')}`;
  const secret = newSecret();
  return {
    id,
    targetHash: vault.hash(target, 'target_url'),
    paceKey: paceKeyOf(vault, url),
    secretHash: vault.hash(secret, 'signing_secret'),
    sealedTarget: vault.seal(target, targetPlace(id)),
    sealedSecret: vault.seal(secret, signingSecretPlace(id)),
  };
};

/** `POST /hooks`: 201 with a new hook, 200 with the one that this target has already. */
export const subscribe =
  ({ authenticate, checkTarget, vault, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store, sealedKey, scopes } = await authenticate(request, 'tasks:read');
    const { target_url, filters, once_per } = parseRequest(SubscribeRequest, request.body);
    const target = checkTarget(target_url);
    if (target.kind === 'refused') {
      throw new HttpError(400, 'invalid_request', `Nothing may be sent to this “target_url”: ${target.reason}.`, {
        field: 'target_url',
      });
    }
    const bringsNeededKey = filters.sequence_template_ids !== undefined;
    if (bringsNeededKey) requireScope(scopes, 'sequences:read');
    const added = sealedHook(vault, target.url);
    const hook = await store.subscribe({ ...added, ...sealedKey, filters, oncePer: once_per, bringsNeededKey });
    const answer: Subscribed = {
      ...hookAnswer(hook, vault, clock()),
      secret: vault.open(hook.sealedSecret, signingSecretPlace(hook.id)).reveal(),
    };
    response.status(hook.id === added.id ? 201 : 200).json(answer);
  };
