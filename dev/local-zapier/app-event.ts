/** What a method of the app is given, as far as this Zapier knows it. */
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

/** A request to a catch URL as the app sees it. */
export type RawRequest = { method: string; querystring: string; headers: Record<string, string>; content: string };

/** One call of the app in the words of zapier-platform-core. `method` is a path such as `authentication.test`. */
export type AppEvent = {
  command: 'execute' | 'definition';
  method?: string;
  bundle?: Bundle;
  environment: Record<string, string>;
  rpc_base: string;
  token: string;
  isDeveloper: true;
};
