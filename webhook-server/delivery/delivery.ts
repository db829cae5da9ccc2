import { sign, signatureHeader } from '../../contract/signature.ts';
import type { TargetCheck } from '../hook-target.ts';
import type { Log } from '../log.ts';
import { signingSecretPlace, targetPlace } from '../secrets/places.ts';
import type { Vault } from '../secrets/vault.ts';
import type { DeliveryClaim, DeliveryOutcome, Farewell, Paces, WorkStore } from '../store/work-store.ts';
import { createFarewells } from './farewells.ts';
import { type Attempted, decide } from './policy.ts';
import { createSettler } from './settler.ts';
import { deadlineMs, type Transport } from './transport.ts';

/** How much may be sent to one hook at once, and how fast to it and to all hooks of one Zapier user. */
export type DeliveryLimits = { perHook: number; paces: Paces | null };

export type DeliveryPorts = {
  store: WorkStore;
  vault: Vault;
  checkTarget: TargetCheck;
  transport: Transport;
  limits: DeliveryLimits;
  /** Milliseconds since 1970, for the signature's timestamp. */
  clock: () => number;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  /** From 0 up to 1. */
  random: () => number;
  log: Log;
};

/**
 * Zapier takes 25 deliveries a second of one hook, and 10,000 in five minutes of one user. A pace lets its burst and its
 * rate through in any stretch of time, so together they stay below: 4 + 20 in a second, 1,000 + 8,823 in five minutes.
 */
export const zapierLimits: DeliveryLimits = {
  // One that hangs leaves room for the others.
  perHook: 8,
  paces: { hook: { everyMs: 50, burst: 4 }, paceKey: { everyMs: 34, burst: 1_000 } },
};

type ClaimedDelivery = DeliveryClaim & { kind: 'delivery'; claimedAt: number };

/** What the delivery does: sends an event, or tells a target that its hook has ended. */
export type DeliveryJob = ClaimedDelivery | (Farewell & { kind: 'farewell' });

/** A delivery belongs to one process for this long: enough for the attempt, and to write down what came of it. */
const leaseMs = 45_000;

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
  const { store, vault, checkTarget, transport, limits, clock, monotonicClock, random, log } = ports;
  const settler = createSettler(store, log);

  const signedHeaders = ({ id, hookId, body, sealedSecret }: DeliveryClaim): Record<string, string> => {
    const secret = vault.open(sealedSecret, signingSecretPlace(hookId)).reveal();
    const timestampSeconds = Math.floor(clock() / 1000);
    return {
      'content-type': 'application/json',
      'user-agent': 'topo-for-zapier',
      [signatureHeader.id]: id,
      [signatureHeader.timestamp]: String(timestampSeconds),
      [signatureHeader.signature]: sign(secret, { id, timestampSeconds, body }),
    };
  };

  const targetOf = ({ sealedTarget, hookId }: Pick<DeliveryClaim, 'sealedTarget' | 'hookId'>) =>
    checkTarget(vault.open(sealedTarget, targetPlace(hookId)).reveal());

  const farewells = createFarewells({ store, transport, targetOf, monotonicClock, log });

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
    // A hook that keeps failing is left alone for longer and longer, whichever of its deliveries it was that failed.
    const facts = { attempt: Math.max(claim.attempt, claim.hookFailures + 1), ageMs: claim.ageMs, random: random() };
    const outcome = decide(attempted, facts);
    const settled = await settler.settle({ id: claim.id, lease: claim.lease, outcome }, signal);
    report(log, claim, outcome);
    if (settled.kind === 'lease lost') log.warn({ deliveryId: claim.id }, 'another process has taken this delivery');
  };

  return {
    settle: (): Promise<void> => settler.catchUp(),

    async claim(limit: number): Promise<DeliveryJob[]> {
      const claimedAt = monotonicClock();
      const claims = await store.claimDeliveries({ limit, leaseMs, ...limits });
      const leaving = await farewells.claim(limit - claims.length, { isIdle: claims.length === 0 });
      return [
        ...leaving.map((farewell) => ({ ...farewell, kind: 'farewell' as const })),
        ...claims.map((claim) => ({ ...claim, kind: 'delivery' as const, claimedAt })),
      ];
    },

    run: (job: DeliveryJob, signal: AbortSignal): Promise<void> =>
      job.kind === 'delivery' ? deliver(job, signal) : farewells.say(job, signal),

    msUntilDue: (): Promise<number | undefined> => store.msUntilDelivery({ perHook: limits.perHook }),
  };
};
