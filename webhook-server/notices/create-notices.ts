import type { Log } from '../log.ts';
import type { Secret } from '../secrets/secret.ts';
import { noticeLooksApartMs, unreadIsNewsMs } from '../store/rules.ts';
import type { DueNotice, Trouble, WorkStore } from '../store/work-store.ts';
import { createWording } from './word-notice.ts';

type Message = { url: URL; headers: Record<string, string>; body: string; signal: AbortSignal };

type Answer = { kind: 'answered'; status: number } | { kind: 'never sent' | 'no answer'; reason: string };

export type NoticesPorts = {
  store: Pick<WorkStore, 'claimNotices' | 'reviewNotices' | 'recordNotice' | 'finishNotices' | 'msUntilNotices'>;
  /** Where notices go: an address that was checked, and takes `{"text": "…"}`. */
  target: Secret;
  post: (message: Message) => Promise<Answer>;
  /** Whether the disk of the database is almost full, as far as this process can see. */
  isDiskAlmostFull: () => boolean;
  /** The longest time between two regular polls of a workspace, in milliseconds. */
  idleIntervalMs: number;
  publicUrl: string | undefined;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  log: Log;
};

const leaseMs = 60_000;

/** A server that has just started finds old what was not read while none ran: it reads first, then it tells. */
const startsAfterMs = 120_000;

const failureOf = (answer: Answer): string | undefined => {
  if (answer.kind !== 'answered') return answer.reason;
  return answer.status >= 200 && answer.status < 300 ? undefined : `the target answered ${answer.status}`;
};

/**
 * Tells whoever runs the server what is wrong, each cause once, and once more when it is well again: in one of the
 * processes, once a minute. What a process has sent and could not note any more is told twice.
 */
export const createNotices = (ports: NoticesPorts) => {
  const { store, target, post, isDiskAlmostFull, idleIntervalMs, publicUrl, monotonicClock, log } = ports;
  const unreadMs = Math.max(unreadIsNewsMs, 3 * idleIntervalMs);
  const word = createWording({ unreadMs, publicUrl });
  const startsAt = monotonicClock() + startsAfterMs;
  let isFailing = false;

  /** Answers whether it was received. */
  const send = async (notice: DueNotice, signal: AbortSignal): Promise<boolean> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ text: word(notice) });
    const reason = failureOf(await post({ url: new URL(target.reveal()), headers, body, signal }));
    if (reason !== undefined && !isFailing && !signal.aborted) {
      log.error({ reason }, 'a notice cannot be sent to NOTICE_WEBHOOK_URL; trying again every minute');
    }
    isFailing = reason !== undefined;
    return reason === undefined;
  };

  const tell = async (due: readonly DueNotice[], lease: string, signal: AbortSignal): Promise<void> => {
    for (const notice of due) {
      if (signal.aborted || !(await send(notice, signal))) return;
      log.info(notice, 'a notice was sent');
      if (!(await store.recordNotice({ lease, leaseMs, notice }))) return;
    }
  };

  return {
    async claim(): Promise<string[]> {
      if (monotonicClock() < startsAt) return [];
      const lease = await store.claimNotices({ leaseMs });
      return lease === undefined ? [] : [lease];
    },

    async run(lease: string, signal: AbortSignal): Promise<void> {
      const noticed: Trouble[] = isDiskAlmostFull() ? [{ cause: 'disk almost full', count: 1 }] : [];
      const review = await store.reviewNotices({ lease, leaseMs, unreadMs, noticed });
      if (review.kind === 'lease lost') return;
      await tell(review.due, lease, signal);
      await store.finishNotices({ lease, againInMs: signal.aborted ? 0 : noticeLooksApartMs });
    },

    async msUntilDue(): Promise<number> {
      return Math.max(startsAt - monotonicClock(), await store.msUntilNotices());
    },
  };
};
