/** A line of a scrape: its series and its value. */
export type Sample = { name: string; labels: Record<string, string>; value: number };

/** What a scrape says, and the names of its metrics. */
export type Exposition = {
  samples: readonly Sample[];
  /** The value of the series with exactly these labels; undefined when there is none. */
  figure(name: string, labels?: Record<string, string>): number | undefined;
};

const sampleLine = /^([a-z_]+[a-z0-9_]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

/** Prometheus reads them as Go does, in whichever case. */
const special: Record<string, number> = { nan: Number.NaN, '+inf': Infinity, '-inf': -Infinity };

const numberOf = (text: string): number | undefined => {
  const known = special[text.toLowerCase()];
  if (known !== undefined) return known;
  return text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
};

/**
 * Reads the text format of Prometheus line by line.
 *
 * @throws Error naming a line that is none, or a series whose metric was not introduced with its help and type.
 */
export const readExposition = (text: string): Exposition => {
  const introduced = { HELP: new Set<string>(), TYPE: new Set<string>() };
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, what, about = ''] = /^# (HELP|TYPE) (\S+) \S/.exec(line) ?? [];
    if (what === 'HELP' || what === 'TYPE') {
      introduced[what].add(about);
      continue;
    }
    const [, name, labels = '', value = ''] = sampleLine.exec(line) ?? [];
    const number = numberOf(value);
    if (name === undefined || number === undefined) throw new Error(`No sample: ${line}`);
    if (labels.replaceAll(label, '') !== '') throw new Error(`No labels: ${line}`);
    const family = name.replace(/_(bucket|sum|count)$/, '');
    const isIntroduced = [...Object.values(introduced)].every((names) => names.has(name) || names.has(family));
    if (!isIntroduced) throw new Error(`Nothing introduces ${line}`);
    if (seen.has(`${name}{${labels}}`)) throw new Error(`Twice: ${line}`);
    seen.add(`${name}{${labels}}`);
    const pairs = [...labels.matchAll(label)].map(([, key = '', text = '']) => [key, text]);
    samples.push({ name, labels: Object.fromEntries(pairs), value: number });
  }
  return {
    samples,
    figure: (name, labels = {}) =>
      samples.find(
        (sample) =>
          sample.name === name &&
          Object.keys(sample.labels).length === Object.keys(labels).length &&
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      )?.value,
  };
};
