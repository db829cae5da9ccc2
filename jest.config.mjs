export default {
  // For a test that hangs; one that is only slow, on a busy machine, has not failed.
  testTimeout: 60_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: '<rootDir>/test/postgres-cluster.mjs',
  globalTeardown: '<rootDir>/test/postgres-cluster-end.mjs',
  reporters: ['default', '<rootDir>/test/closing-line.mjs'],
};
