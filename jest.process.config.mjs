/**
 * Services that run as processes: started, stopped, and killed at any moment (`npm run test:process`). It takes minutes, too
 * many for `npm test`. The fleet is skipped unless SKUWARD_FLEET_KILLS says how often it is killed.
 */
import config from './jest.config.mjs';

const real = config.projects.find(({ displayName }) => displayName === 'real');

export default {
  projects: [
    {
      ...real,
      displayName: 'process',
      testMatch: ['<rootDir>/test/process/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
  maxWorkers: 2,
  testTimeout: 30_000,
};
