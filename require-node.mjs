// Every npm script starts here. Node 22 comes with the development dependencies and stands first on npm's path, so an
// older Node means that its install script did not run.
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < 22) {
  console.error(
    `This project needs Node 22 or newer, and this is Node ${process.versions.node}.\n` +
      'Run `npm ci` without `--ignore-scripts`: it puts Node 22 into node_modules for the scripts of this project.\n' +
      'Or install Node 22 (https://nodejs.org) and try again.',
  );
  process.exit(1);
}
