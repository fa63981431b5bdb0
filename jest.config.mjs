/**
 * Two projects: `pure` needs nothing but node; `real` gets a fresh PostgreSQL database per file. In both, a worker evaluates
 * what tests import once, not once for each file (test/support/kept-modules.mjs).
 */
const common = {
  testEnvironment: '<rootDir>/test/support/kept-environment.mjs',
  testRunner: '<rootDir>/test/support/kept-modules.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};

export default {
  projects: [
    {
      ...common,
      displayName: 'pure',
      testMatch: ['<rootDir>/test/domain/**/*.test.ts', '<rootDir>/test/house.test.ts'],
    },
    {
      ...common,
      displayName: 'real',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      // test/erp speaks to a Tryton, which jest.erp.config.mjs sees to; test/process, which takes minutes, is for jest.process.config.mjs.
      testPathIgnorePatterns: [
        '<rootDir>/test/domain/',
        '<rootDir>/test/house.test.ts',
        '<rootDir>/test/erp/',
        '<rootDir>/test/process/',
      ],
      globalSetup: '<rootDir>/test/support/postgres-up.mjs',
      globalTeardown: '<rootDir>/test/support/postgres-down.ts',
    },
  ],
  maxWorkers: 2,
  testTimeout: 30_000,
};
