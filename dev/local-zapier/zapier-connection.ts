import { type AppStep, readAppSteps } from './app-step.ts';
import { connectionLabel } from './connection-label.ts';
import { type Installation, type RunMethod, readDefinition } from './run-method.ts';
import type { CacheOwner } from './zap-cache.ts';

type Fields = Record<string, unknown>;

/** A connected account of the app. Every method throws an `AppFault` when the app throws. */
export type Connection = CacheOwner & {
  readonly token: string;
  readonly authData: Record<string, string>;
  /** Runs the connection test and returns its result. */
  test(): Promise<unknown>;
  /** Runs the test and returns the name that Zapier would show. */
  label(): Promise<string>;
  /** Runs an action as a step of a Zap; `inputDataRaw` holds its fields before values are mapped in. */
  act(action: string, inputData: Fields, inputDataRaw?: Fields): Promise<unknown>;
  /** Runs a search as a step of a Zap. */
  search(search: string, inputData: Fields, inputDataRaw?: Fields): Promise<unknown>;
  /** The steps that the editor offers. */
  steps(): Promise<AppStep[]>;
  /** Fills a dropdown from a hidden trigger; `page` counts from 0. */
  dropdown(trigger: string, inputData?: Fields, page?: number): Promise<unknown>;
};

type ConnectionParts = {
  owner: CacheOwner;
  token: string;
  authData: Record<string, string>;
  run: RunMethod;
  installation: Installation;
};

export const createConnection = ({ owner, token, authData, run, installation }: ConnectionParts): Connection => {
  const caller = { token, authData };
  const test = () => run('authentication.test', caller, { meta: { isTestingAuth: true } });
  return {
    ...owner,
    ...caller,
    test,
    label: async () => {
      const testResult = await test();
      return connectionLabel(await readDefinition(installation, caller), { authData, testResult });
    },
    act: (action, inputData, inputDataRaw = inputData) =>
      run(`creates.${action}.operation.perform`, caller, { inputData, inputDataRaw }),
    search: (search, inputData, inputDataRaw = inputData) =>
      run(`searches.${search}.operation.perform`, caller, { inputData, inputDataRaw }),
    steps: async () => readAppSteps(await readDefinition(installation, caller)),
    dropdown: (trigger, inputData = {}, page = 0) =>
      run(`triggers.${trigger}.operation.perform`, caller, {
        inputData,
        meta: { isFillingDynamicDropdown: true, page },
      }),
  };
};
