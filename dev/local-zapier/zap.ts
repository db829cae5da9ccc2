import { signatureHeader } from '../../contract/signature.ts';
import type { RawRequest } from './app-event.ts';
import { cleanedRequestOf, zapierHeaderName } from './raw-request.ts';
import type { CallParts, RunMethod } from './run-method.ts';
import type { Connection } from './zapier-connection.ts';

/** One POST to a catch URL of the Zap; `status` is null when it got no answer. */
export type CaughtPost = { at: Date; webhookId: string | undefined; request: RawRequest; status: number | null };

/** One run of the Zap: one element of the array that `perform` returned. */
export type TriggeredRun = { at: Date; webhookId: string | undefined; output: unknown };

/** A POST for which `perform` threw. */
export type FailedRun = { at: Date; webhookId: string | undefined; error: unknown };

/**
 * How the catch URL behaves: `accepts` is what Zapier does, `refuses` answers 503, `hangs` drops the POST and never
 * answers, `loses the answer` starts the run and never answers.
 */
export type CatchBehaviour = 'accepts' | 'answers late' | 'refuses' | 'hangs' | 'loses the answer';

/** A Zap that starts with a hook trigger of the app. */
export type Zap = {
  readonly name: string;
  readonly isOn: boolean;
  /** The catch URL: a new one each time the Zap is turned on. */
  readonly targetUrl: string | undefined;
  /** What `performSubscribe` returned. */
  readonly subscribeData: unknown;
  /** Every POST to any of its catch URLs, oldest first. */
  readonly posts: readonly CaughtPost[];
  readonly runs: readonly TriggeredRun[];
  readonly failedRuns: readonly FailedRun[];
  behaviour: CatchBehaviour;
  /** Tests the connection and subscribes. When the app throws, it throws an `AppFault` and stays off. */
  turnOn(): Promise<void>;
  /** Subscribes again with the same URL, as Zapier does when the first answer was lost. */
  subscribeAgain(): Promise<void>;
  /** Unsubscribes. Before that, the catch URL starts to answer 410. */
  turnOff(): Promise<void>;
  /** The samples that the editor shows. */
  performList(): Promise<unknown>;
};

/** The catch URL's side of a Zap. */
export type Catcher = {
  /** Records a POST, starts its run, and returns how to reply. */
  catch(path: string, request: RawRequest): CatchBehaviour | 'is off';
  /** Pauses the Zap, for a DELETE to its catch URL. */
  pause(path: string): void;
  /** Resolves when no run is in progress. */
  idle(): Promise<void>;
};

type ZapParts = {
  name: string;
  connection: Connection;
  trigger: string;
  inputData: Record<string, unknown>;
  run: RunMethod;
  now: () => Date;
  /** Creates a catch URL. */
  drawTarget: () => { url: string; path: string };
  onRun: (run: TriggeredRun) => void | Promise<void>;
  onFailedRun: (run: FailedRun) => void;
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

const startsRun = new Set<CatchBehaviour | 'is off'>(['accepts', 'answers late', 'loses the answer']);

export const createZap = ({
  name,
  connection,
  trigger,
  inputData,
  run,
  now,
  drawTarget,
  onRun,
  onFailedRun,
}: ZapParts) => {
  const posts: CaughtPost[] = [];
  const runs: TriggeredRun[] = [];
  const failedRuns: FailedRun[] = [];
  const underway = new Set<Promise<void>>();
  let behaviour: CatchBehaviour = 'accepts';
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
      await onRun(one);
    }
  };

  const startRun = (request: RawRequest, webhookId: string | undefined, present: Subscription) => {
    const running = perform(request, webhookId, present)
      .catch((error: unknown) => {
        const one = { at: now(), webhookId, error };
        failedRuns.push(one);
        onFailedRun(one);
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
    get behaviour() {
      return behaviour;
    },
    set behaviour(next) {
      behaviour = next;
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
      const reply = present === undefined ? 'is off' : behaviour;
      const webhookId = request.headers[zapierHeaderName(signatureHeader.id)];
      posts.push({ at: now(), webhookId, request, status: statusOf[reply] });
      if (present !== undefined && startsRun.has(reply)) startRun(request, webhookId, present);
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
