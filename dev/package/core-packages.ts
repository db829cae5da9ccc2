import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { rootFolder } from './root-folder.ts';

const Packages = z.array(z.object({ location: z.string().min(1) }));

// An optional peer of node-fetch, which is here for packages of development: nobody who installs core gets it.
const left = '#encoding, #encoding *';
const query = `npm query "#zapier-platform-core, #zapier-platform-core *:not(${left})"`;

const largestAnswer = 64 * 1024 ** 2;

/**
 * The folders of zapier-platform-core and of every package that it needs, relative to the checkout. npm reads them from
 * what is installed, and asks nobody.
 */
export const corePackages = async (): Promise<string[]> => {
  const { stdout } = await promisify(exec)(query, { cwd: rootFolder, maxBuffer: largestAnswer });
  return Packages.parse(JSON.parse(stdout)).map(({ location }) => location);
};
