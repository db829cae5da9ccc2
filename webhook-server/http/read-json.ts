import express, { type RequestHandler } from 'express';
import { HttpError } from './http-error.ts';

/** Ours nest three deep. */
const deepest = 10;

/** Names that mean something to JavaScript: they set prototypes where somebody copies carelessly. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

const wantJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') !== false) next();
  else
    next(new HttpError(415, 'unsupported_media_type', 'Send the body as JSON, with “Content-Type: application/json”.'));
};

type Nested = { value: unknown; depth: number };

const childrenOf = ({ value, depth }: Nested): Nested[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).map((child: unknown) => ({ value: child, depth: depth + 1 }))
    : [];

const namesOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

/** What is wrong with the body's build, whatever it says. Walks without recursion: a deep body must not end the stack. */
const faultOf = (body: unknown): string | undefined => {
  const waiting: Nested[] = [{ value: body, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.depth > deepest) return `The body nests more than ${deepest} levels deep.`;
    const name = namesOf(next.value).find((one) => reserved.has(one));
    if (name !== undefined) return `“${name}” is not a known field. Leave it out.`;
    for (const child of childrenOf(next)) waiting.push(child);
  }
  return undefined;
};

const refuseOdd: RequestHandler = (request, _response, next) => {
  const fault = faultOf(request.body);
  next(fault === undefined ? undefined : new HttpError(400, 'invalid_request', fault));
};

/** Reads a JSON body, counting its bytes while they come, and never decompresses. */
export const readJsonUpTo = (kilobytes: number): RequestHandler[] => [
  wantJson,
  express.json({ limit: kilobytes * 1024, inflate: false, type: () => true }),
  refuseOdd,
];
