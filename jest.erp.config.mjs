/**
 * What is held against a real ERP (`npm run test:erp`): needs the Tryton that scripts/tryton-up starts. One file at a time,
 * because they all ask one Tryton, which works on one processor.
 */
import config from './jest.config.mjs';

const real = config.projects.find(({ displayName }) => displayName === 'real');

export default {
  projects: [
    {
      ...real,
      displayName: 'erp',
      testMatch: ['<rootDir>/test/erp/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
  maxWorkers: 1,
  testTimeout: 120_000,
};
