import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder } from '../package/root-folder.ts';
import { measureAppImport } from './app-import.ts';
import type { Figure } from './harness/figure.ts';
import { runBench } from './harness/run-bench.ts';

const zip = join(rootFolder, 'build/build.zip');

/** The size of the zip that Zapier gets, in units of 1,000 bytes. */
const measureAppSize = async (): Promise<Figure> => {
  const { size } = await stat(zip);
  return { figure: 'the packaged app', value: size / 1000, unit: 'kB', atMost: 780 };
};

await runBench(async (bench) => [await measureAppSize(), ...(await measureAppImport(zip, bench))], {
  timeLimitMs: 4 * 60_000,
});
