import { globSync, readFileSync } from 'node:fs';
import whole from '../../jest.config.mjs';

// `npm run test:quick`: what one runs before each commit. A test file is left out when its first line says why, as in
// “// Slow: it starts the built server.” No PostgreSQL is started, so the tests that need one are skipped, and what runs
// over every store runs over SQLite; there are few random histories.
process.env.HISTORIES ??= '5';

const root = new URL('../../', import.meta.url);
const isSlow = (path) => readFileSync(new URL(path, root), 'utf8').startsWith('// Slow: ');
const slow = globSync('test/**/*.test.ts', { cwd: root }).filter(isSlow);

const { globalTeardown: _stop, ...rest } = whole;

export default {
  ...rest,
  rootDir: '../..',
  globalSetup: '<rootDir>/test/runner/files-in-memory.mjs',
  testPathIgnorePatterns: [...rest.testPathIgnorePatterns, ...slow.map((path) => `/${path.replaceAll('.', '\\.')}$`)],
  reporters: ['default', '<rootDir>/test/runner/name-slow-files.mjs', '<rootDir>/test/runner/closing-line.mjs'],
};
