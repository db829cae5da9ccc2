import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { rootFolder } from './root-folder.ts';

const Packages = z.array(z.object({ location: z.string().min(1) }));

// An optional peer of node-fetch, installed here for development only: installing core does not bring it.
const excluded = '#encoding, #encoding *';
const query = `npm query "#zapier-platform-core, #zapier-platform-core *:not(${excluded})"`;

const maxOutputBytes = 64 * 1024 ** 2;

/**
 * The folders of zapier-platform-core and of every package that it needs, relative to the checkout. npm reads them from
 * `node_modules`, without the network.
 */
export const corePackages = async (): Promise<string[]> => {
  const { stdout } = await promisify(exec)(query, { cwd: rootFolder, maxBuffer: maxOutputBytes });
  return Packages.parse(JSON.parse(stdout)).map(({ location }) => location);
};
