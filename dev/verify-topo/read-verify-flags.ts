import { parseArgs } from 'node:util';
import * as z from 'zod';
import { isSafeBaseUrl } from '../../contract/safe-url.ts';
import type { WebhookPlan } from './plan.ts';

const id = z.guid('takes one id, such as 3c90c3cc-0d44-4b50-8888-8dd25736052a').transform((text) => text.toLowerCase());

const webhookUrl = z
  .string('takes one address')
  .refine(isSafeBaseUrl, 'takes one https address, without a user name, “?” or “#”');

const port = z
  .string('takes one port')
  .regex(/^\d{1,5}$/, 'takes a port from 1 to 65535')
  .transform(Number)
  .refine((number) => number >= 1 && number <= 65_535, 'takes a port from 1 to 65535');

const on = z.boolean('takes no value').default(false);

const defaultPort = 4030;

const Flags = z.object({
  task: id,
  to: id.optional(),
  sequence: on,
  'unknown-user': on,
  'event-types': on,
  'webhook-url': webhookUrl.optional(),
  'webhook-port': port.default(defaultPort),
  yes: on,
  json: on,
});

/** `temporaryAssigneeId` is who gets the task during the checks. */
export type Flags = {
  taskId: string;
  temporaryAssigneeId: string | undefined;
  isSequenceAsked: boolean;
  isUnknownUserAsked: boolean;
  isEventTypesAsked: boolean;
  webhook: WebhookPlan | undefined;
  isYes: boolean;
  isJson: boolean;
};

export type FlagReading = { kind: 'flags'; flags: Flags } | { kind: 'wrong'; sentence: string };

const usage =
  'Use: npm run verify:topo -- --task ID [--to USER_ID] [--sequence] [--unknown-user] [--event-types] ' +
  '[--webhook-url URL [--webhook-port PORT]] [--yes] [--json]';

const wrong = (sentence: string): FlagReading => ({ kind: 'wrong', sentence: `${sentence}\n${usage}` });

/** Reads the command's flags; a sentence names the first wrong one. */
export const readVerifyFlags = (args: readonly string[]): FlagReading => {
  const texts = { type: 'string' } as const;
  const switches = { type: 'boolean' } as const;
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: {
      task: texts,
      to: texts,
      sequence: switches,
      'unknown-user': switches,
      'event-types': switches,
      'webhook-url': texts,
      'webhook-port': texts,
      yes: switches,
      json: switches,
    },
    strict: false,
    tokens: true,
  });
  const [stray] = positionals;
  if (stray !== undefined) return wrong(`“${stray}” belongs to no flag.`);

  const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.rawName] : []));
  const unknown = names.find((name) => !name.startsWith('--') || !Object.hasOwn(Flags.shape, name.slice(2)));
  if (unknown !== undefined) return wrong(`“${unknown}” is unknown here.`);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) return wrong(`${twice} may be given only once.`);
  if (values['task'] === undefined) return wrong('--task is missing: it names the task to reassign there and back.');

  const parsed = Flags.safeParse(values);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return wrong(`--${issue?.path.join('.')} ${issue?.message}.`);
  }
  const { task, to, sequence, yes, json, 'webhook-url': url } = parsed.data;
  if (url === undefined && values['webhook-port'] !== undefined) {
    return wrong('--webhook-port is of no use without --webhook-url.');
  }
  return {
    kind: 'flags',
    flags: {
      taskId: task,
      temporaryAssigneeId: to,
      isSequenceAsked: sequence,
      isUnknownUserAsked: parsed.data['unknown-user'],
      isEventTypesAsked: parsed.data['event-types'],
      webhook: url === undefined ? undefined : { url, port: parsed.data['webhook-port'] },
      isYes: yes,
      isJson: json,
    },
  };
};
