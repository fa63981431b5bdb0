import type { Ports } from '../ports/ports.js';

/** Findings of one transaction. */
const AT_ONCE = 500;
/** Before every id. */
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Hands open findings to whoever is accountable now, where ownership rules have begun or ended since an instant: the next look at
 * a record may be a week away. Doing it twice changes nothing. Where nothing turned, which is nearly always, that is one look
 * at dates.
 * @returns the instant up to which it has looked: where the next call begins.
 */
export async function ownFindings(ports: Pick<Ports, 'work'>, since: Date): Promise<Date> {
  const { until, turned } = await ports.work.run(async (stores) => {
    // Whoever is changing rules just now has given them their instant already, and nobody could see them yet.
    await stores.ownership.lock();
    const now = await stores.now();
    return { until: now, turned: await stores.ownership.turnedBetween(since, now) };
  });
  let after = turned ? NIL : null;
  while (after !== null) after = await ownSome(ports, after);
  return until;
}

function ownSome({ work }: Pick<Ports, 'work'>, after: string): Promise<string | null> {
  return work.run((stores) => stores.findings.ownAnew(after, AT_ONCE));
}
