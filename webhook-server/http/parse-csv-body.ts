import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import { HttpError } from './errors/http-error.ts';
import { askForBody, mostValues, parseJsonUpTo, requireType, requireUtf8 } from './parse-json-body.ts';

/** What ends a cell: a comma, a semicolon, a tab, a line feed, a carriage return. */
const ends = new Set([0x2c, 0x3b, 0x09, 0x0a, 0x0d]);

const countEnds = (body: Uint8Array): number => body.reduce((count, byte) => (ends.has(byte) ? count + 1 : count), 0);

/** Bounds what parsing a CSV file costs. */
export const refuseManyCells = (csv: Uint8Array): void => {
  if (countEnds(csv) > mostValues) {
    throw new HttpError(413, 'payload_too_large', `The CSV holds more than ${mostValues} cells. Send less at once.`);
  }
};

/** Bounds what parsing costs. A spreadsheet may save letters in a charset of its own, which nobody could read here. */
const checkCsv = (_request: IncomingMessage, _response: unknown, body: Buffer, charset: string): void => {
  requireUtf8(charset);
  if (!isUtf8(body)) {
    throw new HttpError(415, 'unsupported_media_type', 'The CSV is not UTF-8. Save the sheet as “CSV UTF-8”.');
  }
  refuseManyCells(body);
};

/** Reads a JSON body as JSON, and the body of a CSV file as a text. */
export const readJsonOrCsvUpTo = (kilobytes: number): RequestHandler[] => [
  requireType(
    ['application/json', 'text/csv'],
    'Send a JSON list with “Content-Type: application/json”, or a CSV file with “Content-Type: text/csv”.',
  ),
  askForBody,
  ...parseJsonUpTo(kilobytes),
  express.text({ limit: kilobytes * 1024, inflate: false, type: 'text/csv', verify: checkCsv }),
];
