import type { SourceOfTruth, Standing } from '../../domain/truth/standing.js';
import { standingOf } from '../../domain/truth/standing.js';
import type { Ports } from '../ports/ports.js';

export interface PolicyRead {
  policy: SourceOfTruth;
  standing: Standing;
  /** By the database's clock. */
  at: Date;
}

/** A version of the source-of-truth matrix, the one in force where none is named; null where there is none of that number. */
export async function readSourceOfTruth(
  ports: Pick<Ports, 'truth' | 'observations'>,
  version: number | null,
): Promise<PolicyRead | null> {
  const policy = await ports.truth.version(version);
  if (policy === null) return null;
  const at = await ports.observations.now();
  return { policy, standing: standingOf(policy, at), at };
}
