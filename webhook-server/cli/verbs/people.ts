import type { Verb } from '../verb.ts';

/** `topo-for-zapier people import FILE` */
export const people: Verb = {
  summary: 'names colleagues, from a CSV file',
  about:
    'The server must run. Run it with the variables of the server, as the same user, and with the workspace’s Topo key in\n' +
    'TOPO_API_KEY, or in a file that TOPO_API_KEY_FILE names: other programs may see what stands on a command line. The\n' +
    'first line of FILE names its columns: user_id, name, email, aliases, away_until. One fault, and nobody is imported.',
  operands: ['import', 'FILE'],
  flags: {},
  async run([what = '', path = ''], _flags, surroundings) {
    const { importPeople } = await import('../import-people.ts');
    return importPeople(what, path, surroundings);
  },
};
