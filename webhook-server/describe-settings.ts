import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { databasePathIn } from './data-files.ts';
import type { Secret } from './secrets/secret.ts';

/** Host and name of a database, without its user and password. */
const describeUrl = (url: Secret): string => {
  const parsed = URL.parse(url.reveal());
  if (parsed === null) return '';
  const host = parsed.host === '' ? (parsed.searchParams.get('host') ?? '') : parsed.host;
  return `, ${host}${parsed.pathname}`;
};

/** Where everything is kept, in words: `SQLite, /srv/data/topo-for-zapier.sqlite`, or `PostgreSQL, db.internal:5432/topo`. */
export const describeStore = ({ databaseUrl, dataFolder }: Pick<Config, 'databaseUrl' | 'dataFolder'>): string =>
  databaseUrl === undefined
    ? `SQLite, ${resolve(databasePathIn(dataFolder))}`
    : `PostgreSQL${describeUrl(databaseUrl)}`;

/** What an operator wants to know of a server that starts, and may read in a log: no secret. */
export const describeSettings = (config: Config, version: string) => ({
  version,
  node: process.versions.node,
  store: describeStore(config),
  topo: config.topoApiUrl,
  proxies: config.trustedProxies,
  listen: `${isIPv6(config.host) ? `[${config.host}]` : config.host}:${config.port}`,
});
