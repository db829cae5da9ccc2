import * as z from 'zod';
import type { Figure } from './figure.ts';

const PrintedFigure = z.object({
  figure: z.string(),
  value: z.number(),
  unit: z.string(),
  against: z.string().optional(),
  pairs: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  atMost: z.number().optional(),
  atLeast: z.number().optional(),
});

/**
 * Reads what a benchmark printed with `--json`: one figure a line.
 *
 * @throws SyntaxError or ZodError for a line that is something else.
 */
export const readFigures = (printed: string): Figure[] =>
  printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => PrintedFigure.parse(JSON.parse(line)));
