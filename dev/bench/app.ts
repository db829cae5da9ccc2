import { join } from 'node:path';
import { rootFolder } from '../package/root-folder.ts';
import { measureAppImport } from './app-import.ts';
import { measureAppSize } from './app-size.ts';
import { runBench } from './run-bench.ts';

const zip = join(rootFolder, 'build/build.zip');

await runBench(async (bench) => [...(await measureAppSize(zip)), ...(await measureAppImport(zip, bench))], {
  longestMs: 4 * 60_000,
});
