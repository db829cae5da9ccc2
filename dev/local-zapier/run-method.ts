import type { AppEvent, Bundle } from './app-event.ts';
import type { Lambda } from './lambda.ts';

/** The parts of a bundle that differ from call to call. */
export type CallParts = Partial<
  Pick<Bundle, 'inputData' | 'inputDataRaw' | 'rawRequest' | 'cleanedRequest' | 'subscribeData' | 'targetUrl'>
> & {
  /** What is not the usual run of a live Zap, such as `isLoadingSample`. */
  meta?: Record<string, unknown>;
};

/** Whose call it is: core signs its own calls to Zapier with the token, the app uses the rest. */
export type Caller = { token: string; authData: Record<string, string> };

/** Runs a method of the app and answers what it returned. Throws `AppFault` for what it threw. */
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

/** What every event holds. The app's variables come with the event: while it loads they are not there yet. */
export type Installation = { lambda: Lambda; rpcUrl: string; environment: () => Record<string, string> };

// As the owner of the integration: core then throws where a result has the wrong shape, and else only logs it.
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

/** The app as plain data; functions are texts in it. */
export const readDefinition = ({ lambda, rpcUrl, environment }: Installation, { token }: Caller): Promise<unknown> =>
  lambda.run({ command: 'definition', environment: environment(), rpc_base: rpcUrl, token, isDeveloper });
