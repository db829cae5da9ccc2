import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import { HttpError } from './errors/http-error.ts';
import { measureJson } from './measure-json.ts';

/** The bodies of our routes nest three levels deep. */
const deepest = 10;

/** An import of 1,000 people holds 11,001 values. */
export const mostValues = 20_000;

/** Names that can change an object's prototype where code copies fields carelessly. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

/** Refuses a body of another type than these. */
export const requireType =
  (types: string[], sentence: string): RequestHandler =>
  (request, _response, next) => {
    if (request.is(types) !== false) next();
    else next(new HttpError(415, 'unsupported_media_type', sentence));
  };

/** A client that sent “Expect: 100-continue” holds its body back until it is asked for it. */
export const askForBody: RequestHandler = (request, response, next) => {
  if (request.get('expect') !== undefined && request.httpVersion === '1.1') response.writeContinue();
  next();
};

/** The bytes of another charset could hide brackets from a count. */
export const requireUtf8 = (charset: string): void => {
  if (charset !== 'utf-8') throw new HttpError(415, 'unsupported_media_type', 'Send the body as UTF-8.');
};

/** Bounds what parsing costs. */
const checkSize = (_request: IncomingMessage, _response: unknown, body: Buffer, charset: string): void => {
  requireUtf8(charset);
  const { values, depth } = measureJson(body);
  if (depth > deepest) {
    throw new HttpError(400, 'invalid_request', `The body nests more than ${deepest} levels deep.`);
  }
  if (values > mostValues) {
    throw new HttpError(413, 'payload_too_large', `The body holds more than ${mostValues} values. Send less at once.`);
  }
};

const nestedIn = (value: unknown): object[] => (typeof value === 'object' && value !== null ? [value] : []);

const reservedNameIn = (body: unknown): string | undefined => {
  const waiting = nestedIn(body);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [name, child] of Object.entries(next)) {
      if (reserved.has(name)) return name;
      waiting.push(...nestedIn(child));
    }
  }
  return undefined;
};

const checkNames: RequestHandler = (request, _response, next) => {
  const name = reservedNameIn(request.body);
  if (name === undefined) next();
  else next(new HttpError(400, 'invalid_request', `“${name}” is not a known field. Leave it out.`));
};

/** Parses a JSON body. Counts its bytes as they arrive and its values before it is parsed, and never decompresses. */
export const parseJsonUpTo = (kilobytes: number): RequestHandler[] => [
  express.json({ limit: kilobytes * 1024, inflate: false, type: 'application/json', verify: checkSize }),
  checkNames,
];

/** Reads a JSON body, and refuses any other. */
export const readJsonUpTo = (kilobytes: number): RequestHandler[] => [
  requireType(['application/json'], 'Send the body as JSON, with “Content-Type: application/json”.'),
  askForBody,
  ...parseJsonUpTo(kilobytes),
];
