import { parseArgs } from 'node:util';
import * as z from 'zod';
import { storeNames } from './fleet.ts';

const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most);

const Flags = z
  .object({
    store: z.enum(storeNames),
    kills: count(0, 10_000).prefault('10'),
    'fail-overs': count(0, 100).prefault('0'),
    seed: count(0, 999_999_999).optional(),
    json: z.boolean().default(false),
  })
  .refine((flags) => flags.store === 'postgres' || flags['fail-overs'] === 0, { path: ['fail-overs'] });

export type Flags = z.output<typeof Flags>;

const usage = 'Use: npm run chaos -- --store sqlite|postgres [--kills 10] [--fail-overs 3] [--seed 1] [--json]';

/** Reads the command's flags; `undefined` and a sentence when one is wrong. */
export const readChaosFlags = (args: readonly string[]): { flags: Flags } | { flags: undefined; sentence: string } => {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { store: text, kills: text, 'fail-overs': text, seed: text, json: { type: 'boolean' } },
    });
    const parsed = Flags.safeParse(values);
    if (parsed.success) return { flags: parsed.data };
    const [issue] = parsed.error.issues;
    return { flags: undefined, sentence: `--${issue?.path.join('.')} is missing or wrong.\n${usage}` };
  } catch {
    return { flags: undefined, sentence: usage };
  }
};
