import type { Verb } from '../verb.ts';

/** `topo-for-zapier restore FILE` */
export const restore: Verb = {
  summary: 'makes a backup the SQLite file of a server that does not run',
  about:
    'Run it with the variables of the server, as the same user. It overwrites nothing: stop the server and move its\n' +
    'database away first. FILE is checked, and so is that the encryption key opens what is sealed in it; it stays as it is.\n' +
    'docs/operate.md says exactly what Zaps hear after a restore.',
  operands: ['FILE'],
  flags: {
    'since-restore': {
      does: 'tell (the default): what waited and what changed since is told; quiet: none of it is',
      choices: ['tell', 'quiet'],
    },
  },
  async run([path = ''], flags, surroundings) {
    const { restoreFile } = await import('../restore-file.ts');
    return restoreFile(path, flags.get('since-restore') === 'quiet' ? 'quiet' : 'tell', surroundings);
  },
};
