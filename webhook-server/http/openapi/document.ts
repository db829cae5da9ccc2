import * as z from 'zod';
import { ErrorBody } from '../../../contract/error-body.ts';
import { type JsonSchema, parameterSchemaOf, schemaOf } from './json-schema.ts';
import type { Access, Answer, Body, Operation } from './operation.ts';
import { operations } from './operations.ts';

const json = 'application/json';

const schemes = {
  topoKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A Topo API key. It decides whose workspace a call is about, and its scopes decide what the call may do.',
  },
  hookSecret: {
    type: 'http',
    scheme: 'bearer',
    description: 'The secret that `POST /hooks` answered. It may end its own hook, and nothing else.',
  },
  metricsToken: { type: 'http', scheme: 'bearer', description: '`METRICS_TOKEN` of the server.' },
};

/** Bearer schemes name no scopes in OpenAPI 3.1 by custom, but may: they are roles. */
const securityOf = (access: Access): Record<string, readonly string[]>[] => {
  switch (access.kind) {
    case 'anybody':
      return [];
    case 'key':
      return [{ topoKey: access.scopes }];
    case 'key or secret':
      return [{ topoKey: access.scopes }, { hookSecret: [] }];
    case 'metrics token':
      return [{ metricsToken: [] }, {}];
  }
};

const errorTexts: Readonly<Record<number, string>> = {
  400: 'Something of the request is not usable; `field` names it.',
  401: 'The key is missing, or Topo does not know it.',
  403: 'The key lacks a scope.',
  413: 'The body is too long.',
  415: 'The body is of a type that the route does not take.',
  429: 'Too many calls. `Retry-After` says after how many seconds to try again.',
  503: 'Topo or the database cannot be asked just now. Try again.',
};

const errorAnswer = (description: string): JsonSchema => ({
  description,
  content: { [json]: { schema: { $ref: '#/components/schemas/Error' } } },
});

const statusesOf = ({ access, body }: Operation): number[] => {
  if (access.kind === 'anybody' || access.kind === 'metrics token') return [];
  return [400, 401, 403, ...(body === undefined ? [] : [413, 415]), 429, 503];
};

const answerOf = ({ description, shape, mediaType = json, example }: Answer): JsonSchema =>
  shape === undefined
    ? { description }
    : {
        description,
        content: { [mediaType]: { schema: schemaOf(shape), ...(example === undefined ? {} : { example }) } },
      };

const bodyOf = ({ shape, isOptional = false, example, csvExample }: Body): JsonSchema => ({
  required: !isOptional,
  content: {
    [json]: { schema: schemaOf(shape), ...(example === undefined ? {} : { example }) },
    ...(csvExample === undefined ? {} : { 'text/csv': { schema: { type: 'string' }, example: csvExample } }),
  },
});

const pathParameters = (path: string): JsonSchema[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', maxLength: 100 },
  }));

const queryParameters = ({ query, parameters = {} }: Operation): JsonSchema[] =>
  Object.entries(query?.shape ?? {}).map(([name, shape]) => ({
    name,
    in: 'query',
    ...(parameters[name] === undefined ? {} : { description: parameters[name] }),
    schema: parameterSchemaOf(z.instanceof(z.ZodType).parse(shape)),
  }));

const operationOf = (operation: Operation): JsonSchema => {
  const { id, tag, summary, description, access, body, answers, errors = {} } = operation;
  const parameters = [...pathParameters(operation.path), ...queryParameters(operation)];
  const usual = statusesOf(operation).map((status): [number, string] => [status, errorTexts[status] ?? '']);
  const failures = Object.entries<string>({ ...Object.fromEntries(usual), ...errors });
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: {
      ...Object.fromEntries(Object.entries<Answer>(answers).map(([status, answer]) => [status, answerOf(answer)])),
      ...Object.fromEntries(failures.map(([status, text]) => [status, errorAnswer(text)])),
    },
  };
};

const pathsOf = (all: readonly Operation[]): Record<string, JsonSchema> => {
  const paths: Record<string, JsonSchema> = {};
  for (const operation of all) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation) };
  }
  return paths;
};

const tags: Readonly<Record<Operation['tag'], string>> = {
  Hooks: 'What Zaps subscribe to.',
  Deliveries: 'What was sent to Zaps, and what became of it.',
  Events: 'What happened to tasks.',
  Tasks: 'The tasks of the workspace, as Topo last showed them.',
  People: 'Who the user ids of Topo are.',
  Reassignments: 'What the steps of a Zap announce and report, so that their own changes are known as theirs.',
  'Wake-ups': 'Ask the server to look at Topo now.',
  Server: 'Whether the server runs, and how.',
};

/** The routes of this server as an OpenAPI 3.1 document, made from the shapes that they read and answer. */
export const openApiDocument = (): JsonSchema => ({
  openapi: '3.1.1',
  info: {
    title: 'Topo for Zapier: the webhook server',
    version: '1',
    description:
      'Tells Zaps at once when a task of Topo was reassigned, created or closed. Every answer that is not 2xx has a body with `code`, `message`, `request_id` and, where one field is at fault, `field`.',
    license: { name: 'MIT License', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  paths: pathsOf(operations),
  components: { securitySchemes: schemes, schemas: { Error: schemaOf(ErrorBody) } },
});
