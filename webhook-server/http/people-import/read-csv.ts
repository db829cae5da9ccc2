import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { NamedPerson } from '../../../contract/person.ts';
import { HttpError } from '../errors/http-error.ts';
import type { SentPerson } from './sent-person.ts';

const known = NamedPerson.keyof().options;

const isKnown = (column: string): boolean => known.some((name) => name === column);

const refuse = (message: string, field?: string): HttpError =>
  new HttpError(400, 'invalid_request', message, field === undefined ? {} : { field });

/** What the parser tells of each line. */
const Records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));
const Failure = z.object({ lines: z.number() });

type Line = { line: number; cells: string[] };

/** Spreadsheets put semicolons or tabs between cells where the comma is the sign of decimals. */
const delimiterOf = (text: string): string => {
  const [header = ''] = /\S.*/.exec(text) ?? [];
  return [',', ';', '\t'].find((sign) => header.includes(sign)) ?? ',';
};

/** What is read as wrong here may have begun with a cell that was never closed. */
const explain = (error: CsvError): string =>
  `Nobody was imported: a quotation mark in line ${Failure.parse(error).lines}, or before it, has no match. ` +
  'Quote a whole cell, and write "" for a quotation mark within it.';

const parseLines = (text: string): Line[] => {
  try {
    const records = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      record_delimiter: '\n',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    });
    return Records.parse(records).map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (error instanceof CsvError) throw refuse(explain(error));
    throw error;
  }
};

const readHeader = ({ line, cells }: Line): string[] => {
  const columns = cells.map((cell) => cell.toLowerCase());
  const unknown = columns.find((column) => !isKnown(column));
  const repeated = columns.find((column, index) => columns.indexOf(column) < index);
  const expected = `The first line of the CSV names its columns: ${known.join(', ')}.`;
  if (unknown !== undefined) {
    throw refuse(`Nobody was imported: “${unknown.slice(0, 100)}” in line ${line} is not a known column. ${expected}`);
  }
  if (repeated !== undefined) {
    throw refuse(`Nobody was imported: the column ${repeated} stands twice in line ${line}. ${expected}`, repeated);
  }
  if (!columns.includes('user_id')) {
    throw refuse(`Nobody was imported: line ${line} has no column user_id. ${expected}`, 'user_id');
  }
  return columns;
};

const addressesIn = (cell: string): string[] =>
  cell
    .split(';')
    .map((address) => address.trim())
    .filter((address) => address !== '');

/** A blank cell removes what was there; a column that is not in the file leaves it. */
const readCell = (column: string, cell: string): unknown => {
  if (column === 'aliases') return addressesIn(cell);
  return cell === '' ? null : cell;
};

const readLine = (columns: readonly string[], { line, cells }: Line): SentPerson => {
  if (cells.length !== columns.length) {
    const message = `It has ${cells.length} cells, and the first line has ${columns.length}. Quote a cell that holds a comma.`;
    return { line, fault: message };
  }
  return {
    line,
    given: Object.fromEntries(columns.map((column, index) => [column, readCell(column, cells[index] ?? '')])),
  };
};

/**
 * The people in a CSV file, each with the line on which it ends. The first line names the columns, in any order.
 *
 * @throws HttpError 400 when that line, or the quotation marks, cannot be understood.
 */
export const readCsv = (text: string): SentPerson[] => {
  const [header, ...lines] = parseLines(text.replace(/\r\n?/g, '\n'));
  if (header === undefined)
    throw refuse('The CSV is empty. Its first line names the columns, such as user_id,name,email.');
  const columns = readHeader(header);
  return lines.map((line) => readLine(columns, line));
};
