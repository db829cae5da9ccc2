import * as core from 'zapier-platform-core';
import app from '../../index.ts';

type Event = Record<string, unknown>;
type Handle = (event: Event) => Promise<{ results: unknown }>;

/** Exported by core, left out of its types. */
const { createAppHandler } = core as unknown as { createAppHandler: (app: unknown) => Handle };

const handleApp = createAppHandler(app);

/** The fields of a bundle that a test gives. */
export type Given = {
  inputData?: Record<string, unknown>;
  inputDataRaw?: Record<string, unknown>;
  subscribeData?: unknown;
  targetUrl?: string;
  rawRequest?: { headers?: Record<string, string>; content?: string };
  meta?: Record<string, unknown>;
};

export type Thrown = { name: string; message: string; code?: string; status?: number; delay?: number };

/** `z.errors.Error` and `ThrottledError` carry JSON as their message. */
const unpack = ({ name, message }: Error): Thrown =>
  message.startsWith('{') ? { name, ...(JSON.parse(message) as Omit<Thrown, 'name'>) } : { name, message };

/** `LOGGING_ENDPOINT` is core's: where it sends logs when a call has a token. */
type Variables = { TOPO_API_URL?: string; WEBHOOK_SERVER_URL?: string; LOGGING_ENDPOINT?: string };

/** The app as Zapier runs it: core's own handler, with variables that come with the call. */
export const runApp = (variables: Variables, key: string, handle = handleApp) => {
  /** What `z.cache` holds. */
  const cache: Record<string, unknown> = {};
  const environment = { TOPO_API_URL: '', WEBHOOK_SERVER_URL: '', ...variables };

  const run = async (method: string, { meta = {}, inputData = {}, ...given }: Given = {}, more: Event = {}) => {
    const bundle = { authData: { api_key: key }, inputData, meta, ...given };
    const event = { command: 'execute', method, bundle, environment, zcacheTestObj: cache, ...more };
    const { results } = await handle(event);
    return results;
  };

  /** What the method throws; fails when it throws nothing. */
  const thrownBy = async (method: string, given: Given = {}, more: Event = {}): Promise<Thrown> => {
    const thrown = await run(method, given, more).then(
      () => undefined,
      (error: Error) => error,
    );
    if (thrown === undefined) throw new Error(`${method} threw nothing.`);
    return unpack(thrown);
  };

  return { run, thrownBy, cache };
};

/** The same for one function in place of the app's actions; it runs behind the app's middleware. */
export const runInApp = <Result>(variables: Variables, key: string, perform: (z: core.ZObject) => Promise<Result>) => {
  const creates = { probe: { key: 'probe', noun: 'Probe', display: {}, operation: { perform } } };
  const { run, thrownBy } = runApp(variables, key, createAppHandler({ ...app, creates }));
  const method = 'creates.probe.operation.perform';
  return { run: () => run(method), thrown: () => thrownBy(method) };
};

/** A handler for `runApp` of an app that keeps what it asks of anybody, after its own middleware. */
export const keepRequests = () => {
  const requests: { method: string; url: string }[] = [];
  const keep: core.BeforeRequestMiddleware = (request) => {
    requests.push({ method: request.method ?? 'GET', url: String(request.url) });
    return request;
  };
  return { requests, handle: createAppHandler({ ...app, beforeRequest: [app.beforeRequest, keep].flat() }) };
};

/** Any other command of core's, such as `validate`. */
export const askApp = async (event: Event): Promise<unknown> => (await handleApp(event)).results;
