const isDeep = process.env.TEST_DEEP === 'yes';

const transformWith = (parser) => [
  '@swc/jest',
  {
    jsc: {
      parser,
      target: 'es2023',
      transform: { react: { runtime: 'automatic', importSource: 'preact' } },
      experimental: { keepImportAttributes: true },
    },
    module: { type: 'es6' },
  },
];

export default {
  // The one limit of every test, except those that `npm run test:deep` prolongs. It ends a test that hangs: one that is
  // only slow, on a busy machine, has not failed. `waitUntil` gives up sooner, and names what did not come true.
  testTimeout: 180_000,
  // On two cores Jest would leave one idle.
  maxWorkers: '100%',
  // A module that was loaded stays in its worker, file after file. One of a gigabyte takes longer to end than Jest waits,
  // which then says that a test has left something open.
  workerIdleMemoryLimit: '500MB',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Power cuts are for `npm run test:deep` alone: they need root and minutes.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/', ...(isDeep ? [] : ['/power-cut\\.test\\.ts$'])],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.ts$': transformWith({ syntax: 'typescript' }),
    '^.+\\.tsx$': transformWith({ syntax: 'typescript', tsx: true }),
  },
  setupFiles: ['<rootDir>/test/runner/quiet-core.mjs'],
  globalSetup: '<rootDir>/test/runner/begin-run.mjs',
  globalTeardown: '<rootDir>/test/runner/postgres-cluster-end.mjs',
  testSequencer: '<rootDir>/test/runner/slow-first.mjs',
  reporters: ['default', '<rootDir>/test/runner/closing-line.mjs'],
};
