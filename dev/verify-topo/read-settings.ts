import * as z from 'zod';
import { isSafeBaseUrl } from '../../contract/safe-url.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';

const Environment = z.object({
  TOPO_API_URL: z
    .string()
    .refine(
      isSafeBaseUrl,
      'must be an https URL, such as https://api.topo.io/v1 (http for this machine alone), without a user name, “?” or “#”',
    )
    .default('https://api.topo.io/v1'),
  TOPO_API_KEY: z
    .string({ error: 'is missing: make a key in Topo under Settings → Developers → API Keys' })
    .regex(/^[\x21-\x7e]+$/, 'must be the key alone, without spaces or line breaks')
    .transform((text) => new Secret(text)),
});

/** Topo's address, and a key of the workspace. */
export type Settings = { apiUrl: string; key: Secret };

export type SettingsReading = { kind: 'settings'; settings: Settings } | { kind: 'wrong'; sentence: string };

/** Reads the environment. Blank counts as unset. The sentence names what is wrong without quoting any value. */
export const readSettings = (environment: Record<string, string | undefined>): SettingsReading => {
  const trimmed = Object.entries(environment).map(([name, value]) => [name, value?.trim()] as const);
  const parsed = Environment.safeParse(Object.fromEntries(trimmed.filter(([, value]) => value !== '')));
  if (parsed.success) {
    const { TOPO_API_URL: apiUrl, TOPO_API_KEY: key } = parsed.data;
    return { kind: 'settings', settings: { apiUrl, key } };
  }
  const sentences = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`);
  return { kind: 'wrong', sentence: sentences.join('\n') };
};
