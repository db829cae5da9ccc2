import type { Call } from './call.ts';

/**
 * The full URL of a call, for example `https://api.topo.io/v1/tasks?types=CALL&types=EMAIL_REPLY`.
 *
 * @param baseUrl Topo's API with its version, with or without a slash at the end.
 */
export const callUrl = (baseUrl: string, { path, query = {} }: Pick<Call<unknown>, 'path' | 'query'>): URL => {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url;
};
