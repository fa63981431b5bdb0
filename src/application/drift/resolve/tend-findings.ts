import type { Ports } from '../../ports/ports.js';
import { healFindings } from './heal-findings.js';
import { takeStrangersOff } from './take-strangers-off.js';

/** Findings of one transaction, and transactions of one call. */
const AT_ONCE = 500;
const ROUNDS = 1_000;

/**
 * What is due of findings, whatever made it so: waivers that are over end, what the matrix heals by itself is begun, and
 * strangers that somebody wants off sale are taken off.
 */
export async function tendFindings(ports: Ports): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const ended = await ports.work.run((stores) => stores.findings.endWaivers(AT_ONCE));
    if (ended < AT_ONCE) break;
  }
  await healFindings(ports, null);
  await takeStrangersOff(ports);
}
