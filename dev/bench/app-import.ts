import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unpackZip } from '../package/unpack-zip.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { forkChild } from './harness/fork-child.ts';
import { readNumber } from './harness/message.ts';
import { measureInPairs, ratios } from './harness/pairs.ts';

const pairs = 25;

/** How long a fresh process takes to import a module, in milliseconds. */
const timeImport = async (url: URL): Promise<number> => {
  const child = forkChild('dev/bench/import-main.js');
  try {
    return readNumber(await child.ask({ url: url.href }), 'tookMs');
  } finally {
    await child.stop();
  }
};

/** The cold start of the packaged app, compared with core alone from the same package. */
export const measureAppImport = async (zip: string, { newFolder, say }: Bench): Promise<Figure[]> => {
  const folder = newFolder();
  await unpackZip(zip, folder);
  const app = pathToFileURL(join(folder, 'dist/index.js'));
  const core = pathToFileURL(join(folder, 'node_modules/zapier-platform-core/index.mjs'));
  const timeApp = () => timeImport(app);
  const timeCore = () => timeImport(core);

  // A first pair, not counted, brings the files into the disk cache.
  await measureInPairs(1, timeApp, timeCore);
  say(`import of the packaged app: ${pairs} pairs`);
  const samples = await measureInPairs(pairs, timeApp, timeCore);

  return [
    medianFigure(
      { figure: 'import of the packaged app', unit: '×', against: 'core alone', atMost: 1.15 },
      ratios(samples),
    ),
    medianFigure(
      { figure: 'import of the packaged app', unit: 'ms' },
      samples.map(({ measured }) => measured),
    ),
    medianFigure(
      { figure: 'import of core alone', unit: 'ms' },
      samples.map(({ against }) => against),
    ),
  ];
};
