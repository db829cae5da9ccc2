import express, { type RequestHandler } from 'express';
import { HttpError } from './errors/http-error.ts';

/** The bodies of our routes nest three levels deep. */
const deepest = 10;

/** Names that can change an object's prototype where code copies fields carelessly. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

const requireJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') !== false) next();
  else
    next(new HttpError(415, 'unsupported_media_type', 'Send the body as JSON, with “Content-Type: application/json”.'));
};

type Nested = { value: object; depth: number };

const nestedIn = (value: unknown, depth: number): Nested[] =>
  typeof value === 'object' && value !== null ? [{ value, depth }] : [];

/** What is wrong with the body's structure. No recursion: a deep body must not overflow the stack. */
const faultOf = (body: unknown): string | undefined => {
  const waiting = nestedIn(body, 1);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (depth > deepest) return `The body nests more than ${deepest} levels deep.`;
    for (const [name, child] of Object.entries(value)) {
      if (reserved.has(name)) return `“${name}” is not a known field. Leave it out.`;
      waiting.push(...nestedIn(child, depth + 1));
    }
  }
  return undefined;
};

const checkStructure: RequestHandler = (request, _response, next) => {
  const fault = faultOf(request.body);
  next(fault === undefined ? undefined : new HttpError(400, 'invalid_request', fault));
};

/** Reads a JSON body. Counts its bytes as they arrive, and never decompresses. */
export const readJsonUpTo = (kilobytes: number): RequestHandler[] => [
  requireJson,
  express.json({ limit: kilobytes * 1024, inflate: false, type: () => true }),
  checkStructure,
];
