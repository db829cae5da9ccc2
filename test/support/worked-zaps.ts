import { readFileSync } from 'node:fs';
import type { Filled, WrittenStep } from '../../dev/local-zapier/written-zap/written-step.ts';

/** A Zap of the document. `gives` are the labels of what its trigger must give, when that is another app's. */
export type WorkedZap = { title: string; steps: readonly [WrittenStep, ...WrittenStep[]]; gives: readonly string[] };

const text = readFileSync(new URL('../../docs/zaps.md', import.meta.url), 'utf8');

type Section = { title: string; body: string };

const sectionsOf = (body: string, mark: string): Section[] =>
  body
    .split(new RegExp(`^${mark} `, 'm'))
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      return { title, body: lines.join('\n') };
    });

/** The rows of each table, without the row of dashes; the first names the columns. */
const tablesOf = (body: string): string[][][] =>
  [...body.matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) =>
    table
      .trim()
      .split('\n')
      .filter((row) => !/^\|[-|]+\|$/.test(row))
      .map((row) =>
        row
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      ),
  );

const rowsUnder = (heading: string, body: string): string[][] =>
  tablesOf(body).flatMap(([head, ...rows]) => (head?.[0] === heading ? rows : []));

const mapped = /`(\d+)\. ([^`]+)`/;

const filledOf = (cell: string): Filled =>
  cell.split(/(`\d+\. [^`]+`)/).flatMap((part) => {
    const [, step, label] = mapped.exec(part) ?? [];
    if (step !== undefined && label !== undefined) return { step: Number(step), label };
    return part === '' ? [] : part;
  });

const stepOf = ({ title, body }: Section): WrittenStep[] => {
  const [, number, app = '', event = ''] = /^Step (\d+)\. ([^:]+): (.+)$/.exec(title) ?? [];
  if (number === undefined) return [];
  const fields = rowsUnder('Field', body).map(([label = '', cell = '']) => ({ label, filled: filledOf(cell) }));
  return [{ number: Number(number), app, event, fields }];
};

/** The texts that the document quotes in a Zap, each on one line. */
export const readQuotes = (beginning: string): string[] => {
  const section = sectionsOf(text, '##').find(({ title }) => title.startsWith(`${beginning}:`));
  return [...(section?.body ?? '').matchAll(/(?:^> .*\n)+/gm)].map(([quote]) =>
    quote.trim().replaceAll(/^> /gm, '').replaceAll('\n', ' '),
  );
};

/** The Zap whose title begins so, as `docs/zaps.md` has it. */
export const readWorkedZap = (beginning: string): WorkedZap => {
  const section = sectionsOf(text, '##').find(({ title }) => title.startsWith(`${beginning}:`));
  const steps = sectionsOf(section?.body ?? '', '###');
  const [trigger, ...others] = steps.flatMap(stepOf);
  if (section === undefined || trigger === undefined) throw new Error(`The document has no ${beginning}.`);
  const count = steps.filter(({ title }) => title !== 'Good to know').length;
  if (others.length + 1 !== count || others.some(({ number }, index) => number !== index + 2)) {
    throw new Error(`The headings of ${beginning} are not those of steps, one after the other.`);
  }
  const gives = rowsUnder('It gives', steps[0]?.body ?? '').map(([label = '']) => label);
  return { title: section.title, steps: [trigger, ...others], gives };
};

/** What the document names in quotes, in italics, or in several bold words, outside its table of ends. */
export const readNames = (): string[] => {
  const [prose = ''] = text.split('\n## When something goes wrong');
  const marks = [/“([^”]+)”/g, /(?<!\*)\*([^*\s|][^*|]*)\*(?!\*)/g, /\*\*([A-Z][^*]* [^*]+)\*\*/g];
  const named = marks.flatMap((mark) => [...prose.matchAll(mark)].map(([, name = '']) => name.replaceAll(/\s+/g, ' ')));
  return [...new Set(named)];
};

/** What Zap history says according to the document: how a run ended, and the pieces that its message must hold. */
export const readDocumentedEnds = (): { status: string; pieces: string[] }[] =>
  rowsUnder('Zap history says', text).map(([said = '']) => ({
    status: said.split(/[:,]/)[0]?.toLowerCase() ?? '',
    pieces: [...said.matchAll(/“([^”]+)”/g)].map(([, piece = '']) => piece),
  }));
