import * as z from 'zod';
import type { Operation } from '../operation.ts';

const Alive = z.object({ status: z.literal('alive') });

const Ready = z.object({
  status: z.literal('ready'),
  readings: z.array(
    z.object({ kind: z.string(), workspaces: z.number(), rows_read: z.number(), rows_total: z.number() }),
  ),
});

const NotReady = z.object({ status: z.literal('not ready'), reasons: z.array(z.string()) });

export const serverOperations: readonly Operation[] = [
  {
    id: 'healthz',
    method: 'get',
    path: '/healthz',
    tag: 'Server',
    summary: 'Whether the process answers at all',
    access: { kind: 'anybody' },
    answers: { 200: { description: 'It does.', shape: Alive, example: { status: 'alive' } } },
  },
  {
    id: 'readyz',
    method: 'get',
    path: '/readyz',
    tag: 'Server',
    summary: 'Whether the server does its work',
    description: 'Its loops run and its database can be written. It does not depend on Topo.',
    access: { kind: 'anybody' },
    answers: {
      200: {
        description: 'It does. `readings` is how far scans have come, of all workspaces together.',
        shape: Ready,
        example: { status: 'ready', readings: [] },
      },
      503: {
        description: 'It does not.',
        shape: NotReady,
        example: { status: 'not ready', reasons: ['the database cannot be written'] },
      },
    },
    errors: { 429: 'Too many calls came from this address. `Retry-After` says when to try again.' },
  },
  {
    id: 'openapi',
    method: 'get',
    path: '/openapi.json',
    tag: 'Server',
    summary: 'This document',
    access: { kind: 'anybody' },
    answers: { 200: { description: 'OpenAPI 3.1.', shape: z.looseObject({ openapi: z.string() }) } },
    errors: { 429: 'Too many calls came from this address. `Retry-After` says when to try again.' },
  },
  {
    id: 'metrics',
    method: 'get',
    path: '/metrics',
    tag: 'Server',
    summary: 'Metrics for Prometheus',
    description:
      'Only where `METRICS_TOKEN` is set. `METRICS_PORT` serves them on the machine itself, without a token.',
    access: { kind: 'metrics token' },
    answers: { 200: { description: 'The text format of Prometheus.', shape: z.string(), mediaType: 'text/plain' } },
    errors: { 401: 'The token is another one.' },
  },
];
