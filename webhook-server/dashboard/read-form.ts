import express, { type RequestHandler } from 'express';
import { requireType } from '../http/parse-json-body.ts';

/** Reads a form of at most this many kilobytes and 50 fields, and refuses any other body. */
export const readFormUpTo = (kilobytes: number): RequestHandler[] => [
  requireType(['application/x-www-form-urlencoded'], 'Send the form as a browser does.'),
  express.urlencoded({ limit: kilobytes * 1024, extended: false, inflate: false, parameterLimit: 50 }),
];
