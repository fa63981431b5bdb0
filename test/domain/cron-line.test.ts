import { describe, expect, it } from '@jest/globals';
import { cronFault } from '../../src/domain/drift/cron-line.js';

describe('a cron line', () => {
  it.each(['0 3 * * *', '*/15 * * * *', '0 0 1,15 * 1-5', '5 4 * jan-mar sun', '0-30/5 22 31 12 7'])(
    'takes %s',
    (line) => {
      expect(cronFault(line)).toBeNull();
    },
  );

  it.each([
    ['', 'five fields'],
    ['0 3 * *', 'five fields'],
    ['0 3 * * * *', 'five fields'],
    ['60 3 * * *', '60 is no minute'],
    ['0 24 * * *', '24 is no hour'],
    ['0 3 0 * *', '0 is no day of the month'],
    ['0 3 * 13 *', '13 is no month'],
    ['0 3 * * 8', '8 is no day of the week'],
    ['0 3 * * mo', 'mo is no day of the week'],
    ['30-10 3 * * *', '30-10 is no minute'],
    ['*/0 3 * * *', '*/0 is no minute'],
    ['@daily', 'five fields'],
  ])('refuses %s and says why', (line, why) => {
    expect(cronFault(line)).toContain(why);
  });
});
