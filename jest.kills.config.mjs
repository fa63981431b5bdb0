/**
 * Services that run as processes and are killed at any moment (`npm run test:kills`), which takes minutes: too long for
 * `npm test`. The fleet is skipped unless SKUWARD_FLEET_KILLS says how often it is killed.
 */
import config from './jest.config.mjs';

const real = config.projects.find(({ displayName }) => displayName === 'real');

export default {
  projects: [
    {
      ...real,
      displayName: 'kills',
      testMatch: ['<rootDir>/test/process/kill-*.test.ts', '<rootDir>/test/process/fleet/killed-*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
  maxWorkers: 2,
  testTimeout: 30_000,
};
