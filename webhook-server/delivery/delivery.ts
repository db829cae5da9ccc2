import { sign, signatureHeader } from '../../contract/signature.ts';
import type { TargetCheck } from '../hook-target.ts';
import type { Log } from '../log.ts';
import { targetAad } from '../seals/associated-data.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type {
  ClaimLimits,
  DeliveryClaim,
  DeliveryOutcome,
  EndNotice,
  RecordOutcome,
  WorkStore,
} from '../store/work-store.ts';
import type { JobEnd } from '../work-loop.ts';
import { createEndNotices } from './end-notices.ts';
import { createOpenedHooks } from './opened-hooks.ts';
import { type AttemptResult, decide } from './retry-policy.ts';
import { createSettlementBatcher } from './settlement-batcher.ts';
import { deadlineMs, type Transport } from './transport.ts';
import type { DeliveryLimits } from './zapier-limits.ts';

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
  counts?: DeliveryCounts | undefined;
};

/** What is counted of deliveries. */
export type DeliveryCounts = {
  /** `status` is null where no answer came. */
  attempted(status: number | null): void;
  /** An outcome was stored. `sinceDetectedMs` is null for a delivery by hand. */
  settled(outcome: DeliveryOutcome['kind'], sinceDetectedMs: number | null): void;
};

type ClaimedDelivery = DeliveryClaim & { kind: 'delivery'; claimedAt: number };

/** Sends an event, or tells a target that its hook has ended. */
export type DeliveryJob = ClaimedDelivery | (EndNotice & { kind: 'end notice' });

/** Long enough for an attempt and for storing its outcome. */
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

/** Sends events to the Zaps. `claim` leases what is due, `run` sends it and stores the outcome. */
export const createDelivery = (ports: DeliveryPorts) => {
  const { store, vault, checkTarget, transport, limits, clock, monotonicClock, random, log, counts } = ports;
  const settlements = createSettlementBatcher(store, log);
  const openedHooks = createOpenedHooks(vault, checkTarget);
  const inFlight = new Set<string>();
  let wasCutOff = false;
  let recording = 0;

  /** Whoever fails may have leased something all the same. */
  const noteFailure = (error: unknown): never => {
    wasCutOff = true;
    throw error;
  };

  const take = (claims: readonly DeliveryClaim[], claimedAt: number): ClaimedDelivery[] => {
    for (const { id } of claims) inFlight.add(id);
    return claims.map((claim) => ({ ...claim, kind: 'delivery', claimedAt }));
  };

  /**
   * What a claim that failed may have leased all the same is claimed again by the next one, unless another claim is under
   * way: what that leases is not in flight yet.
   */
  const claimDeliveries = async (limit: number): Promise<DeliveryClaim[]> => {
    const cutOff = wasCutOff && recording === 0 ? { inFlight: [...inFlight] } : undefined;
    const claims = await store.claimDeliveries({ limit, leaseMs, ...limits, cutOff }).catch(noteFailure);
    if (cutOff !== undefined) wasCutOff = false;
    return claims;
  };

  const signedHeaders = ({ id, body }: DeliveryClaim, secret: Secret): Record<string, string> => {
    const timestampSeconds = Math.floor(clock() / 1000);
    return {
      'content-type': 'application/json',
      'user-agent': 'topo-for-zapier',
      [signatureHeader.id]: id,
      [signatureHeader.timestamp]: String(timestampSeconds),
      [signatureHeader.signature]: sign(secret.reveal(), { id, timestampSeconds, body }),
    };
  };

  const targetOf = ({ sealedTarget, hookId }: Pick<DeliveryClaim, 'sealedTarget' | 'hookId'>) =>
    checkTarget(vault.open(sealedTarget, targetAad(hookId)).reveal());

  const endNotices = createEndNotices({ store, transport, targetOf, monotonicClock, log });

  const attempt = async (claim: ClaimedDelivery, signal: AbortSignal): Promise<AttemptResult> => {
    try {
      const { target, secret } = openedHooks.open(claim);
      if (target.kind === 'refused') return { kind: 'never sent', reason: `the target is refused: ${target.reason}` };
      const message = { url: target.url, headers: signedHeaders(claim, secret), body: claim.body, signal };
      return await transport.post(message);
    } catch (error) {
      // Only opening the seals can throw here, before anything is sent.
      log.error({ deliveryId: claim.id, hookId: claim.hookId, error }, 'the delivery cannot be prepared');
      return { kind: 'never sent', reason: 'the delivery could not be prepared' };
    }
  };

  const sinceDetectedMs = ({ detectedAgoMs, claimedAt }: ClaimedDelivery): number | null =>
    detectedAgoMs === null ? null : detectedAgoMs + monotonicClock() - claimedAt;

  const deliver = async (claim: ClaimedDelivery, signal: AbortSignal): Promise<JobEnd> => {
    // After a pause of this process another one may hold the lease: do not send.
    if (monotonicClock() - claim.claimedAt + deadlineMs > leaseMs) return 'others may be due';

    const begunAt = monotonicClock();
    const attempted = await attempt(claim, signal);
    const status = attempted.kind === 'answered' ? attempted.status : null;
    const took = { durationMs: Math.round(monotonicClock() - begunAt), status };
    counts?.attempted(status);
    // A hook that keeps failing backs off further, whichever of its deliveries fail.
    const facts = { attempt: Math.max(claim.attempt, claim.hookFailures + 1), ageMs: claim.ageMs, random: random() };
    const outcome = decide(attempted, facts);
    const settled = await settlements.settle({ id: claim.id, lease: claim.lease, outcome, took }, signal);
    report(log, claim, outcome);
    if (settled.kind === 'lease lost')
      log.warn({ deliveryId: claim.id }, 'another process has taken over this delivery');
    else counts?.settled(outcome.kind, sinceDetectedMs(claim));
    const isLast = outcome.kind === 'delivered' && settled.kind === 'settled' && settled.hasMore !== true;
    return isLast ? 'no other is due' : 'others may be due';
  };

  return {
    settle: (): Promise<void> => settlements.catchUp(),

    async claim(limit: number): Promise<DeliveryJob[]> {
      const claimedAt = monotonicClock();
      const claims = take(await claimDeliveries(limit), claimedAt);
      const notices = await endNotices.claim(limit - claims.length, { isIdle: claims.length === 0 });
      return [...notices.map((notice) => ({ ...notice, kind: 'end notice' as const })), ...claims];
    },

    /** Has the deliveries that are made by `record` claimed in its own transaction, as far as there are places. */
    async claimWhile(
      places: number,
      record: (limits: ClaimLimits | undefined) => Promise<RecordOutcome>,
    ): Promise<{ jobs: DeliveryJob[]; result: RecordOutcome }> {
      if (places === 0) return { jobs: [], result: await record(undefined) };
      const claimedAt = monotonicClock();
      recording += 1;
      try {
        const result = await record({ limit: places, leaseMs, ...limits }).catch(noteFailure);
        const { claims = [] } = result.kind === 'recorded' ? result : {};
        return { jobs: take(claims, claimedAt), result };
      } finally {
        recording -= 1;
      }
    },

    run: (job: DeliveryJob, signal: AbortSignal): Promise<JobEnd> | Promise<void> =>
      job.kind === 'delivery'
        ? deliver(job, signal).finally(() => inFlight.delete(job.id))
        : endNotices.send(job, signal),

    msUntilDue: (): Promise<number | undefined> => store.msUntilDelivery({ perHook: limits.perHook }),
  };
};
