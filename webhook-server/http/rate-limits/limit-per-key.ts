import type { RequestHandler } from 'express';
import { credentialOf } from '../authentication/credential.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/** Limits how often one key may call a route in a minute. To stand behind `requireKey`. */
export const limitPerKey = (max: number): RequestHandler =>
  limitPerMinute({
    max,
    excess: `This key may call here ${max} times a minute.`,
    keyOf: (request) => credentialOf(request)?.hash ?? 'nobody',
  });
