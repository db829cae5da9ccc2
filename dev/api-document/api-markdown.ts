import * as z from 'zod';
import { parameterSchemaOf, schemaOf } from '../../webhook-server/http/openapi/json-schema.ts';
import type { Access, Operation } from '../../webhook-server/http/openapi/operation.ts';

const accessOf = (access: Access): string => {
  switch (access.kind) {
    case 'anybody':
      return 'No key.';
    case 'key':
      return `A Topo key with ${access.scopes.map((scope) => `\`${scope}\``).join(' and ')}.`;
    case 'key or secret':
      return 'A Topo key with `tasks:read`, or the secret of the hook.';
    case 'metrics token':
      return 'The server’s `METRICS_TOKEN`.';
  }
};

const isText = (value: unknown): value is string => typeof value === 'string';

/** What a value is, in a word or two: `text`, `one of a, b`. */
const kindOf = (schema: Record<string, unknown>): string => {
  const { type, enum: allowed, format, items, anyOf } = schema;
  if (Array.isArray(allowed)) return `one of ${allowed.map((value) => `\`${String(value)}\``).join(', ')}`;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(kindOf))].join(' or ');
  if (type === 'array')
    return `list of ${typeof items === 'object' && items !== null ? kindOf({ ...items }) : 'values'}`;
  if (type === 'string') return format === undefined ? 'text' : String(format);
  return isText(type) ? type : 'any';
};

const propertiesOf = (schema: Record<string, unknown>): [string, Record<string, unknown>][] =>
  Object.entries(z.record(z.string(), z.record(z.string(), z.unknown())).catch({}).parse(schema['properties']));

const fieldLines = (schema: Record<string, unknown>): string[] => {
  const required = z.array(z.string()).catch([]).parse(schema['required']);
  return propertiesOf(schema).map(
    ([name, field]) => `- \`${name}\`${required.includes(name) ? '' : ' (optional)'}: ${kindOf(field)}`,
  );
};

const parameterLines = ({ query, parameters = {} }: Operation): string[] =>
  Object.entries(query?.shape ?? {}).map(([name, shape]) => {
    const says = parameters[name];
    const kind = kindOf(parameterSchemaOf(z.instanceof(z.ZodType).parse(shape)));
    return `- \`${name}\`: ${kind}${says === undefined ? '' : `. ${says}`}`;
  });

const jsonBlock = (value: unknown): string[] => ['', '```json', JSON.stringify(value, null, 2), '```'];

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, '', ...lines];

const operationLines = (operation: Operation): string[] => {
  const { method, path, summary, description, access, body, answers, errors = {} } = operation;
  const shown = Object.values(answers).find(({ example }) => example !== undefined);
  return [
    '',
    `### ${summary}`,
    '',
    `\`${method.toUpperCase()} ${path}\``,
    '',
    ...(description === undefined ? [] : [description, '']),
    accessOf(access),
    ...section('Parameters:', parameterLines(operation)),
    ...(body === undefined ? [] : section('Body:', fieldLines(schemaOf(body.shape)))),
    ...(body?.example === undefined ? [] : jsonBlock(body.example)),
    ...section('Answers:', [
      ...Object.entries(answers).map(([status, answer]) => `- ${status}: ${answer.description}`),
      ...Object.entries(errors).map(([status, text]) => `- ${status}: ${text}`),
    ]),
    ...(shown?.example === undefined ? [] : jsonBlock(shown.example)),
  ];
};

/** The routes as a document for people. `tags` come in the order in which they are first met. */
export const apiMarkdown = (operations: readonly Operation[]): string => {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return [
    '# The routes of the webhook server',
    '',
    'Made from `GET /openapi.json` by `npm run keep:api`: the shapes that the server reads and answers.',
    '',
    'Callers send their Topo key: `Authorization: Bearer topo_…`. It decides whose workspace a call is about. An error is JSON:',
    '`error` has a `code`, a `message` that says what to do, a `request_id` and, where one field is at fault, the `field`.',
    'Besides what is listed, a route may answer 400, 401, 403, 413, 415, 429 with `Retry-After`, and 503.',
    '',
    'An event says who, what and where: `previous_assignee`, `new_assignee`, `task`, `contact`, `sequence_template`, `type_label`,',
    '`priority_label`, `task_url`, and all of it as one sentence in `summary`. What is not known is null, and the sentence is whole',
    'without it. `changes` lists the tasks where one event tells several. Its `type` is `task.reassigned`, `task.created`,',
    '`task.closed` or `task.reopened`. Who has a new or reopened task is its `new_assignee`; who had a closed one is its',
    '`previous_assignee`, its `outcome` is `completed` or `skipped`, `disposition` says what a call came to, and `open_seconds` how',
    'long the task was there.',
    '',
    'Filters are `new_assignee_ids` (also `none`, for nobody), `previous_assignee_ids`, `task_types`, `priorities`,',
    '`sequence_template_ids`, `kinds` (of reassignments), `outcomes` and `dispositions` (of closed tasks), and `ignore_sources`',
    '(`topo`, `zapier`). Deliveries are signed as [Standard Webhooks](https://www.standardwebhooks.com) defines it, so any of its',
    'libraries verifies them.',
    ...tags.flatMap((tag) => [
      '',
      `## ${tag}`,
      ...operations.filter((operation) => operation.tag === tag).flatMap(operationLines),
    ]),
    '',
  ].join('\n');
};
