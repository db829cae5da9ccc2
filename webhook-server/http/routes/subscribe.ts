import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type EventType, eventTypes } from '../../../contract/event.ts';
import { type HookFilters, type Subscribed, SubscribeRequest, unfittingFilters } from '../../../contract/hook.ts';
import type { TargetCheck } from '../../hook-target.ts';
import { signingSecretAad } from '../../seals/associated-data.ts';
import { sealHook } from '../../seals/seal-hook.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import { type Authenticate, requireScope } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';
import { hookView } from '../views/hook-view.ts';

type Ports = { authenticate: Authenticate; checkTarget: TargetCheck; vault: Vault; clock: () => number };

const newId = (): string => `hok_${randomBytes(16).toString('hex')}`;
const newSecret = (): Secret => new Secret(`whsec_${randomBytes(32).toString('base64')}`);

const inQuotes = (events: readonly EventType[]): string => events.map((event) => `“${event}”`).join(', ');

const noEvents = (): HttpError =>
  new HttpError(400, 'invalid_request', `“events” is missing. Send a list of ${inQuotes(eventTypes)}.`, {
    field: 'event',
  });

/** A filter that fits nothing the hook hears of would be a mistake that nobody notices. */
const refuseUnfitting = (events: readonly EventType[], filters: HookFilters): void => {
  const [unfitting] = unfittingFilters(events, filters);
  if (unfitting === undefined) return;
  throw new HttpError(
    400,
    'invalid_request',
    `“${unfitting}” fits no event of this hook: ${inQuotes(events)}. Leave it out, or add an event that it fits.`,
    { field: `filters.${unfitting}` },
  );
};

/** `POST /hooks`: 201 with a new hook, or 200 with the hook that this target already has. */
export const subscribe =
  ({ authenticate, checkTarget, vault, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store, sealKey, scopes } = await authenticate(request, 'tasks:read');
    const {
      target_url,
      event,
      events = event && [event],
      filters,
      once_per,
      zap_id,
    } = parseRequest(SubscribeRequest, request.body);
    if (events === undefined) throw noEvents();
    refuseUnfitting(events, filters);
    const target = checkTarget(target_url);
    if (target.kind === 'refused') {
      throw new HttpError(400, 'invalid_request', `Nothing may be sent to this “target_url”: ${target.reason}.`, {
        field: 'target_url',
      });
    }
    const bringsNeededKey = filters.sequence_template_ids !== undefined;
    if (bringsNeededKey) requireScope(scopes, 'sequences:read');
    const added = sealHook(vault, { id: newId(), url: target.url, secret: newSecret() });
    const wanted = { events, filters, oncePer: once_per, zapId: zap_id };
    const hook = await store.subscribe({ ...added, ...sealKey(), ...wanted, bringsNeededKey });
    const answer: Subscribed = {
      ...hookView(hook, vault, clock()),
      secret: vault.open(hook.sealedSecret, signingSecretAad(hook.id)).reveal(),
    };
    response.status(hook.id === added.id ? 201 : 200).json(answer);
  };
