import { resolve } from 'node:path';
import type { Verb } from '../verb.ts';

/** `topo-for-zapier backup FILE` */
export const backup: Verb = {
  summary: 'writes a backup of the SQLite file, while the server runs or not',
  about:
    'Run it with the variables of the server, as the same user. FILE must not be there. It is for its owner alone, and is\n' +
    'checked before it gets its name. It holds names in clear, and secrets sealed with the encryption key: keep that key,\n' +
    'too, apart from it. With PostgreSQL use pg_dump or point-in-time recovery.',
  operands: ['FILE'],
  flags: {},
  async run([path = ''], _flags, surroundings) {
    const { backUp } = await import('../back-up.ts');
    const { describeBackup } = await import('../describe-backup.ts');
    const { readConfigured } = await import('../configured.ts');
    const written = await backUp(readConfigured(surroundings), resolve(path));
    surroundings.print(`${path} is whole: ${describeBackup(written)}, ${written.bytes.toLocaleString('en')} bytes.`);
    return 0;
  },
};
