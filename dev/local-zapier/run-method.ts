import type { AppEvent, Bundle } from './app-event.ts';
import type { Lambda } from './lambda.ts';

/** The parts of a bundle that differ between calls. */
export type CallParts = Partial<
  Pick<Bundle, 'inputData' | 'inputDataRaw' | 'rawRequest' | 'cleanedRequest' | 'subscribeData' | 'targetUrl'>
> & {
  /** What differs from a run of a live Zap, such as `isLoadingSample`. */
  meta?: Record<string, unknown>;
};

/** The account of a call: core signs its own calls to Zapier with the token, the app uses the rest. */
export type Caller = { token: string; authData: Record<string, string> };

/** Runs a method of the app and returns its result. Throws an `AppFault` when the method throws. */
export type RunMethod = (method: string, caller: Caller, parts?: CallParts) => Promise<unknown>;

const usualMeta = {
  isBulkRead: false,
  isFillingDynamicDropdown: false,
  isLoadingSample: false,
  isPopulatingDedupe: false,
  isTestingAuth: false,
  limit: -1,
  page: 0,
  timezone: 'UTC',
  inputFields: {},
};

const bundleOf = ({ authData }: Caller, { inputData = {}, meta, ...rest }: CallParts): Bundle => ({
  authData,
  inputData,
  inputDataRaw: inputData,
  meta: { ...usualMeta, ...meta },
  ...rest,
});

/** What every event carries. The app's variables come with the event, so they are not set while the app loads. */
export type Installation = { lambda: Lambda; rpcUrl: string; environment: () => Record<string, string> };

// For the owner of the integration core throws when a result has the wrong shape; for others it only logs.
const isDeveloper = true;

export const createRunMethod =
  ({ lambda, rpcUrl, environment }: Installation): RunMethod =>
  (method, caller, parts = {}) => {
    const event: AppEvent = {
      command: 'execute',
      method,
      bundle: bundleOf(caller, parts),
      environment: environment(),
      rpc_base: rpcUrl,
      token: caller.token,
      isDeveloper,
    };
    return lambda.run(event);
  };

/** The app's definition as plain data, with functions as strings. */
export const readDefinition = ({ lambda, rpcUrl, environment }: Installation, { token }: Caller): Promise<unknown> =>
  lambda.run({ command: 'definition', environment: environment(), rpc_base: rpcUrl, token, isDeveloper });
