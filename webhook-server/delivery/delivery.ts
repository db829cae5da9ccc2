import { sign } from '../../contract/signature.ts';
import type { TargetCheck } from '../hook-target.ts';
import type { Log } from '../log.ts';
import { signingSecretPlace, targetPlace } from '../secrets/places.ts';
import type { Vault } from '../secrets/vault.ts';
import type { DeliveryClaim, DeliveryOutcome, Farewell, WorkStore } from '../store/work-store.ts';
import { type Attempted, decide } from './policy.ts';
import { deadlineMs, type Transport } from './transport.ts';

export type DeliveryPorts = {
  store: WorkStore;
  vault: Vault;
  checkTarget: TargetCheck;
  transport: Transport;
  /** Milliseconds since 1970, for the signature's timestamp. */
  clock: () => number;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  /** From 0 up to 1. */
  random: () => number;
  log: Log;
};

type ClaimedDelivery = DeliveryClaim & { kind: 'delivery'; claimedAt: number };

/** What the delivery does: sends an event, or tells a target that its hook has ended. */
export type DeliveryJob = ClaimedDelivery | (Farewell & { kind: 'farewell' });

/** A delivery belongs to one process for this long: enough for the attempt, and to write down what came of it. */
const leaseMs = 45_000;

/** So many deliveries of one hook are under way at once, so that one that hangs leaves room for the others. */
const perHook = 8;

const report = (log: Log, { id, hookId, attempt }: ClaimedDelivery, outcome: DeliveryOutcome): void => {
  const facts = { deliveryId: id, hookId, attempt };
  switch (outcome.kind) {
    case 'delivered':
      log.info(facts, 'delivered');
      break;
    case 'gone':
      log.info(facts, 'the target is gone: the hook has ended');
      break;
    case 'retry':
      log.warn({ ...facts, reason: outcome.reason, retryInMs: outcome.afterMs }, 'not delivered, trying again');
      break;
    case 'dead':
      log.error({ ...facts, reason: outcome.reason }, 'not delivered, given up');
      break;
    default:
      outcome satisfies never;
  }
};

/** Sends what is due to the Zaps. `claim` takes what is to be done, `run` does it and writes down what came of it. */
export const createDelivery = (ports: DeliveryPorts) => {
  const { store, vault, checkTarget, transport, clock, monotonicClock, random, log } = ports;

  const signedHeaders = ({ id, hookId, body, sealedSecret }: DeliveryClaim): Record<string, string> => {
    const secret = vault.open(sealedSecret, signingSecretPlace(hookId)).reveal();
    const timestampSeconds = Math.floor(clock() / 1000);
    return {
      'content-type': 'application/json',
      'user-agent': 'topo-for-zapier',
      'webhook-id': id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': sign(secret, { id, timestampSeconds, body }),
    };
  };

  const targetOf = ({ sealedTarget, hookId }: Pick<DeliveryClaim, 'sealedTarget' | 'hookId'>) =>
    checkTarget(vault.open(sealedTarget, targetPlace(hookId)).reveal());

  const attempt = async (claim: ClaimedDelivery, signal: AbortSignal): Promise<Attempted> => {
    try {
      const target = targetOf(claim);
      if (target.kind === 'refused') return { kind: 'never sent', reason: `the target is refused: ${target.reason}` };
      const message = { url: target.url, headers: signedHeaders(claim), body: claim.body, signal };
      return await transport.post(message);
    } catch (error) {
      // Only opening the seals can fail here, before anything was sent.
      log.error({ deliveryId: claim.id, hookId: claim.hookId, error }, 'the delivery cannot be prepared');
      return { kind: 'never sent', reason: 'the delivery could not be prepared' };
    }
  };

  const deliver = async (claim: ClaimedDelivery, signal: AbortSignal): Promise<void> => {
    // A process that was paused in between must not send what may belong to another by now.
    if (monotonicClock() - claim.claimedAt + deadlineMs > leaseMs) return;

    const attempted = await attempt(claim, signal);
    const outcome = decide(attempted, { attempt: claim.attempt, ageMs: claim.ageMs, random: random() });
    await store.settle({ id: claim.id, lease: claim.lease, outcome });
    report(log, claim, outcome);
  };

  /** Tells Zapier that we have given up on a hook, so that its Zap shows as paused. */
  const sayFarewell = async (farewell: Farewell): Promise<void> => {
    const { hookId, reason } = farewell;
    log.error({ hookId, reason }, 'the hook has ended');
    const target = targetOf(farewell);
    if (target.kind === 'allowed') await transport.delete(target.url);
  };

  return {
    async claim(limit: number): Promise<DeliveryJob[]> {
      const farewells = await store.claimFarewells(limit);
      const claimedAt = monotonicClock();
      const claims = await store.claimDeliveries({ limit: limit - farewells.length, perHook, leaseMs });
      return [
        ...farewells.map((farewell) => ({ ...farewell, kind: 'farewell' as const })),
        ...claims.map((claim) => ({ ...claim, kind: 'delivery' as const, claimedAt })),
      ];
    },

    run: (job: DeliveryJob, signal: AbortSignal): Promise<void> =>
      job.kind === 'delivery' ? deliver(job, signal) : sayFarewell(job),
  };
};
