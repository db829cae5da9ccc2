import type { RawRequest } from './app-event.ts';
import { cleanedRequestOf } from './raw-request.ts';
import type { CallParts, RunMethod } from './run-method.ts';
import type { Connection } from './zapier-connection.ts';

/** One POST to a catch URL of the Zap; `status` is null when it was never answered. */
export type Post = { at: Date; webhookId: string | undefined; request: RawRequest; status: number | null };

/** One run of the Zap: one element of what `perform` returned. */
export type Run = { at: Date; webhookId: string | undefined; output: unknown };

/** A POST for which `perform` threw. */
export type FailedRun = { at: Date; webhookId: string | undefined; error: unknown };

/**
 * How the catch URL behaves: as Zapier does, the same but a moment later, with 503, by never answering, or by never
 * answering what it has taken.
 */
export type Manner = 'accepts' | 'answers late' | 'refuses' | 'hangs' | 'loses the answer';

/** A Zap that starts with a hook trigger of the app. */
export type Zap = {
  readonly name: string;
  readonly isOn: boolean;
  /** Where the app was told to send events: a new URL each time that the Zap is turned on. */
  readonly targetUrl: string | undefined;
  /** What `performSubscribe` returned. */
  readonly subscribeData: unknown;
  /** Every POST to any of its catch URLs, oldest first. */
  readonly posts: readonly Post[];
  readonly runs: readonly Run[];
  readonly failedRuns: readonly FailedRun[];
  manner: Manner;
  /** Tests the connection and subscribes. Throws `AppFault` and stays off when the app throws. */
  turnOn(): Promise<void>;
  /** Subscribes once more with the same URL, as Zapier does when it did not hear the first answer. */
  subscribeAgain(): Promise<void>;
  /** From now on the catch URL answers 410; then unsubscribes. */
  turnOff(): Promise<void>;
  /** What the editor shows as samples. */
  performList(): Promise<unknown>;
};

/** What the catch server needs of a Zap. */
export type Catcher = {
  /** Notes a POST, and answers what to reply; the run follows by itself. */
  catch(path: string, request: RawRequest): Manner | 'is off';
  /** Somebody sent DELETE to the catch URL: the Zap is paused. */
  pause(path: string): void;
  /** Resolves when every run that was started has ended. */
  idle(): Promise<void>;
};

type ZapParts = {
  name: string;
  connection: Connection;
  trigger: string;
  inputData: Record<string, unknown>;
  run: RunMethod;
  now: () => Date;
  /** A new catch URL and its path. */
  drawTarget: () => { url: string; path: string };
  heard: (run: Run) => void | Promise<void>;
  failed: (run: FailedRun) => void;
};

type Subscription = { url: string; path: string; answer: Promise<unknown> };

const statusOf = {
  accepts: 200,
  'answers late': 200,
  refuses: 503,
  hangs: null,
  'loses the answer': null,
  'is off': 410,
} as const;

const takes = new Set<Manner | 'is off'>(['accepts', 'answers late', 'loses the answer']);

export const createZap = ({ name, connection, trigger, inputData, run, now, drawTarget, heard, failed }: ZapParts) => {
  const posts: Post[] = [];
  const runs: Run[] = [];
  const failedRuns: FailedRun[] = [];
  const underway = new Set<Promise<void>>();
  let manner: Manner = 'accepts';
  let subscription: Subscription | undefined;
  let subscribeData: unknown;

  const call = (method: string, parts: CallParts = {}) =>
    run(`triggers.${trigger}.operation.${method}`, connection, { inputData, ...parts });

  const perform = async (rawRequest: RawRequest, webhookId: string | undefined, { answer }: Subscription) => {
    const outputs = await call('perform', {
      rawRequest,
      cleanedRequest: cleanedRequestOf(rawRequest.content),
      subscribeData: await answer,
    });
    if (!Array.isArray(outputs)) throw new TypeError('The hook’s perform did not return an array.');
    for (const output of outputs) {
      const one = { at: now(), webhookId, output };
      runs.push(one);
      await heard(one);
    }
  };

  const startRun = (request: RawRequest, webhookId: string | undefined, present: Subscription) => {
    const running = perform(request, webhookId, present)
      .catch((error: unknown) => {
        const one = { at: now(), webhookId, error };
        failedRuns.push(one);
        failed(one);
      })
      .finally(() => underway.delete(running));
    underway.add(running);
  };

  const subscribe = async (target: { url: string; path: string }) => {
    subscription = { ...target, answer: call('performSubscribe', { targetUrl: target.url }) };
    try {
      subscribeData = await subscription.answer;
    } catch (error) {
      subscription = undefined;
      throw error;
    }
  };

  const zap: Zap = {
    name,
    posts,
    runs,
    failedRuns,
    get isOn() {
      return subscription !== undefined;
    },
    get targetUrl() {
      return subscription?.url;
    },
    get subscribeData() {
      return subscribeData;
    },
    get manner() {
      return manner;
    },
    set manner(next) {
      manner = next;
    },
    turnOn: async () => {
      if (subscription !== undefined) return;
      await connection.test();
      await subscribe(drawTarget());
    },
    subscribeAgain: async () => {
      if (subscription === undefined) throw new Error(`The Zap “${name}” is off.`);
      await subscribe(subscription);
    },
    turnOff: async () => {
      if (subscription === undefined) return;
      const { url } = subscription;
      subscription = undefined;
      await call('performUnsubscribe', { targetUrl: url, subscribeData });
    },
    performList: () => call('performList', { meta: { isLoadingSample: true } }),
  };

  const catcher: Catcher = {
    catch: (path, request) => {
      const present = subscription?.path === path ? subscription : undefined;
      const reply = present === undefined ? 'is off' : manner;
      const webhookId = request.headers['Http-Webhook-Id'];
      posts.push({ at: now(), webhookId, request, status: statusOf[reply] });
      if (present !== undefined && takes.has(reply)) startRun(request, webhookId, present);
      return reply;
    },
    pause: (path) => {
      if (subscription?.path === path) subscription = undefined;
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
  };

  return { zap, catcher };
};
