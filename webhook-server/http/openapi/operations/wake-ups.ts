import * as z from 'zod';
import type { Operation } from '../operation.ts';

const NudgeAddress = z.object({ path: z.string(), created_at: z.string() });
const addressExample = { path: '/nudges/ndg_example', created_at: '2026-03-02T09:00:00.000Z' };

export const wakeUpOperations: readonly Operation[] = [
  {
    id: 'nudge',
    method: 'post',
    path: '/nudges',
    tag: 'Wake-ups',
    summary: 'Look at Topo now',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: {
      202: {
        description: 'The server looks.',
        shape: z.object({ status: z.literal('looking') }),
        example: { status: 'looking' },
      },
    },
  },
  {
    id: 'nudgeFromOutside',
    method: 'post',
    path: '/nudges/{token}',
    tag: 'Wake-ups',
    summary: 'What a nudge address does',
    description: 'Looks at Topo soon. Whatever is sent is not read.',
    access: { kind: 'anybody' },
    answers: { 204: { description: 'Whether or not there is such an address.' } },
  },
  {
    id: 'showNudgeAddress',
    method: 'get',
    path: '/nudge-address',
    tag: 'Wake-ups',
    summary: 'Show the nudge address',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: { 200: { description: 'A secret.', shape: NudgeAddress, example: addressExample } },
    errors: { 404: 'The workspace has none.' },
  },
  {
    id: 'replaceNudgeAddress',
    method: 'post',
    path: '/nudge-address',
    tag: 'Wake-ups',
    summary: 'Make a nudge address',
    description:
      'It replaces the one before. Let a webhook of Topo’s own, your CRM or a script call it when a task changes: calls that come together are one look, and looks stay within `TOPO_REQUESTS_PER_MINUTE`.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: { 201: { description: 'A secret.', shape: NudgeAddress, example: addressExample } },
  },
  {
    id: 'removeNudgeAddress',
    method: 'delete',
    path: '/nudge-address',
    tag: 'Wake-ups',
    summary: 'Remove the nudge address',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: { 204: { description: 'There is none any more.' } },
  },
];
