/** The `bundle` of a method of the app, as far as the local Zapier fills it. */
export type Bundle = {
  authData: Record<string, string>;
  inputData: Record<string, unknown>;
  inputDataRaw: Record<string, unknown>;
  meta: Record<string, unknown>;
  rawRequest?: RawRequest;
  cleanedRequest?: unknown;
  subscribeData?: unknown;
  targetUrl?: string;
};

/** A request to a catch URL, as Zapier passes it to the app. */
export type RawRequest = { method: string; querystring: string; headers: Record<string, string>; content: string };

/** One call of the app, as zapier-platform-core takes it. `method` is a path such as `authentication.test`. */
export type AppEvent = {
  command: 'execute' | 'definition';
  method?: string;
  bundle?: Bundle;
  environment: Record<string, string>;
  rpc_base: string;
  token: string;
  isDeveloper: true;
};
