import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';
import { matchHeader, matchLines } from './match-lines.js';
import type { MatchPorts } from './read-match.js';
import { presentMatch } from './read-match.js';

/**
 * The whole match as CSV, in pieces as they are read; memory holds one page of it.
 * WRONG_STATE before any system has been scanned to its end: an empty file would read as "nothing is there".
 * The pieces reject with MatchReplaced when the match is worked out twice more while they are taken.
 */
export async function exportMatch(ports: MatchPorts): Promise<Outcome<AsyncGenerator<string>>> {
  const systems = await ports.onboarding.systems();
  if (systems.every(({ scannedAt }) => scannedAt === null)) {
    return refused(problem('WRONG_STATE', 'no system has been scanned to its end yet; driftScanStart begins a scan'));
  }
  const { id } = await presentMatch(ports);
  return accepted(
    pieces(
      ports,
      id,
      systems.map(({ code }) => code),
    ),
  );
}

async function* pieces(ports: MatchPorts, matchId: string, systems: readonly string[]): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([matchHeader(systems)]);
  let number = 0;
  for await (const rows of ports.onboarding.allRows(matchId)) {
    yield csvLines(rows.flatMap((row) => matchLines(row, (number += 1), systems)));
  }
}
