import { isSafeBaseUrl } from '../contract/safe-url.ts';
import { failed } from './zapier-error.ts';

const topoApi = 'https://api.topo.io/v1';

/**
 * Reads one variable; a blank one counts as not set.
 *
 * Zapier sets the variables after it has loaded the app: read them during a call, never while a module loads. `in` comes
 * first because `process.env` returns a placeholder for missing variables while core derives the authentication.
 */
const read = (name: string): string | undefined => {
  const value = name in process.env ? process.env[name]?.trim() : undefined;
  return value === '' ? undefined : value;
};

const readUrl = (name: string, example: string): string | undefined => {
  const value = read(name);
  if (value === undefined || isSafeBaseUrl(value)) return value?.replace(/\/+$/, '');
  throw failed(
    `The owner of this integration has set ${name} to something unusable. It must be an https URL such as ${example} ` +
      '(http only for the same machine), without a user name, “?” or “#”.',
    'bad_configuration',
  );
};

/** Where Topo's API is: `TOPO_API_URL`, by default `https://api.topo.io/v1`; without a slash at the end. */
export const topoApiUrl = (): string => readUrl('TOPO_API_URL', topoApi) ?? topoApi;

/** Where the webhook server is: `WEBHOOK_SERVER_URL`, if it is set; without a slash at the end. */
export const webhookServerUrl = (): string | undefined => readUrl('WEBHOOK_SERVER_URL', 'https://hooks.example.com');
