import { existsSync } from 'node:fs';

// Every npm script and the command `topo-for-zapier` start here, before anything else is loaded: an older Node would stop
// at the first thing that it does not know, with a stack.
const least = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isThere = (path) => existsSync(new URL(path, import.meta.url));

/** In a checkout npm installs a Node of its own with the packages of development, and puts it first on its path. */
const adviceInCheckout = () => {
  if (!isThere('node_modules/node/')) {
    return (
      'Install Node 22 (https://nodejs.org). For development `npm ci` is enough: without `--omit=dev`, and without\n' +
      'NODE_ENV=production, it puts Node 22 into node_modules for the scripts of this project.'
    );
  }
  if (!isThere('node_modules/node/bin/')) {
    return (
      'Run `npm ci` without `--ignore-scripts`: it puts Node 22 into node_modules for the scripts of this project.\n' +
      'Or install Node 22 (https://nodejs.org).'
    );
  }
  return 'Call the scripts with npm, which takes Node 22 from node_modules, or install Node 22 (https://nodejs.org).';
};

if (major < least[0] || (major === least[0] && minor < least[1])) {
  console.error(
    `Topo for Zapier needs Node ${least.join('.')} or newer, and this is Node ${process.versions.node}.\n` +
      (isThere('package-lock.json') ? adviceInCheckout() : 'Install Node 22 (https://nodejs.org).'),
  );
  process.exit(1);
}
