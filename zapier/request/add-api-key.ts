import type { BeforeRequestMiddleware } from 'zapier-platform-core';
import { topoApiUrl, webhookServerUrl } from '../environment.ts';
import { expired } from '../zapier-error.ts';

const originOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;

/** Only Topo may see the key, and the owner's webhook server, which checks it with Topo. */
const mayKnowKey = (origin: string): boolean =>
  origin === originOf(topoApiUrl()) || origin === originOf(webhookServerUrl());

const isAuthorized = (headers: Record<string, string>): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');

const bearer = (key: string | undefined): string => {
  const trimmed = key?.trim() ?? '';
  // `fetch` rejects a header with other characters, and its message would quote the key.
  if (/^[\x21-\x7e]+$/.test(trimmed)) return `Bearer ${trimmed}`;
  throw expired(
    'This is not a Topo API key: it is empty, or it holds spaces or unusual characters. ' +
      'Copy the key again from Topo under Settings → Developers → API Keys, and reconnect the account.',
  );
};

/**
 * Adds the API key to requests to Topo's API and to the webhook server, and to no others. A request that brings its own
 * authorization keeps it. No redirect is followed: node-fetch would send the header on to other ports of the host and to
 * its parent domain (`isDomainOrSubdomain` in node-fetch 2.7).
 */
export const addApiKey: BeforeRequestMiddleware = (request, _z, { authData }) => {
  const { headers = {} } = request;
  const guarded = { ...request, redirect: 'manual' as const };
  const origin = originOf(String(request.url));
  if (isAuthorized(headers) || origin === undefined || !mayKnowKey(origin)) return guarded;
  return { ...guarded, headers: { ...headers, Authorization: bearer(authData['api_key']) } };
};
