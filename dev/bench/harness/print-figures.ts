import { alignRows } from './align-rows.ts';
import { type Figure, isReached } from './figure.ts';

const digits = 4;

// Whole numbers are counts and are not rounded.
const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(digits)));

const shown = (value: number | undefined): string => (value === undefined ? '' : rounded(value).toLocaleString('en'));

/** A figure as one line of JSON. `reach` says whether the target was reached; without a target it is left out. */
const figureLine = (figure: Figure): string => {
  const { figure: name, value, unit, against, pairs, min, max, atMost, atLeast } = figure;
  return JSON.stringify({
    figure: name,
    value: rounded(value),
    unit,
    against,
    pairs,
    min: min === undefined ? undefined : rounded(min),
    max: max === undefined ? undefined : rounded(max),
    atMost,
    atLeast,
    reach: isReached(figure),
  });
};

const formatTarget = (figure: Figure): string => {
  const isGood = isReached(figure);
  if (isGood === undefined) return '';
  const bound = figure.atMost === undefined ? `at least ${shown(figure.atLeast)}` : `at most ${shown(figure.atMost)}`;
  return `${bound}: ${isGood ? 'reached' : 'MISSED'}`;
};

const headings = ['figure', 'value', 'unit', 'against', 'pairs', 'min', 'max', 'target'];
const isNumeric = new Set(['value', 'pairs', 'min', 'max']);

const cellsOf = (figure: Figure): string[] => {
  const { figure: name, value, unit, against = '', pairs, min, max } = figure;
  return [name, shown(value), unit, against, shown(pairs), shown(min), shown(max), formatTarget(figure)];
};

/** The figures as an aligned table. */
const figureTable = (figures: readonly Figure[]): string => alignRows(headings, figures.map(cellsOf), isNumeric);

/** The figures as JSON, one object a line, or as a table. */
export const printFigures = (figures: readonly Figure[], { isJson }: { isJson: boolean }): string =>
  isJson ? figures.map((figure) => `${figureLine(figure)}\n`).join('') : figureTable(figures);
