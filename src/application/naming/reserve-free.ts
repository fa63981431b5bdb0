import type { Actor } from '../../domain/actor.js';
import type { CodeTemplate } from '../../domain/naming/propose-code.js';
import { codeAt, proposedFault } from '../../domain/naming/propose-code.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { CodeObstacle, NamingStore } from '../ports/naming-store.js';

/** How long a proposed code is kept for whoever asked, in hours. */
export const RESERVATION_HOURS = 72;

/** Numbers that are looked at in one go beyond those asked for, and how often: after that a series counts as full. */
const SPARE = 50;
const ROUNDS = 20;

export interface Reserved {
  codes: string[];
  until: Date;
  /** Why the one code of a template without a running number is not free. */
  obstacle: CodeObstacle | null;
}

/**
 * Reserves the next free codes of a series, behind the highest number in use; codes that look like others are left out.
 * Fewer codes than asked for mean that the series is full. The caller holds the lock of the series.
 */
export async function reserveFree(
  naming: NamingStore,
  template: CodeTemplate,
  count: number,
  holder: Actor & { partyId: string },
): Promise<Reserved> {
  const out: Reserved = { codes: [], until: new Date(0), obstacle: null };
  let next = template.digits === null ? 0 : (await naming.highest(template)) + 1;
  for (let round = 0; round < ROUNDS && out.codes.length < count; round += 1) {
    const size = template.digits === null ? 1 : count - out.codes.length + SPARE;
    const candidates = candidatesFrom(template, next, size);
    next += size;
    if (candidates.length === 0) break;
    const found = Map.groupBy(await naming.obstacles(candidates), ({ code }) => code);
    const standing = (code: string): CodeObstacle[] => (found.get(foldCode(code)) ?? []).filter(isOf(template, holder));
    const free = candidates.filter((code) => standing(code).length === 0).slice(0, count - out.codes.length);
    if (template.digits === null) out.obstacle = standing(candidates[0] ?? '')[0] ?? null;
    if (free.length > 0) {
      const { codes, until } = await naming.reserve(free, holder, {
        hours: RESERVATION_HOURS,
        again: template.digits === null,
      });
      // By number, not by whatever order the database answers in.
      out.codes.push(...free.filter((code) => codes.includes(code)));
      out.until = until;
    }
    if (template.digits === null) break;
  }
  return out;
}

/** The codes of so many numbers, as far as they are codes at all. */
function candidatesFrom(template: CodeTemplate, first: number, size: number): string[] {
  return Array.from({ length: size }, (_, index) => codeAt(template, first + index)).flatMap((code) =>
    code === null || proposedFault(code) !== null ? [] : [code],
  );
}

/** What the holder has reserved before stands in nobody's way but theirs: the one code of a template is told again. */
function isOf(template: CodeTemplate, holder: { partyId: string }): (obstacle: CodeObstacle) => boolean {
  return ({ why, partyId }) => !(template.digits === null && why === 'RESERVED' && partyId === holder.partyId);
}
