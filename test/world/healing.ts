import type { ChangeSet } from '../../src/domain/change/draft.js';
import type { Backend } from './backend.js';
import type { People } from './people.js';

/** What came of one finding: the record that is owed anew, or what was written into the master. */
interface Healed {
  owed: string | null;
  set: ChangeSet | null;
}

/** What `healFindings` does about a system's findings, one after the other; what the master refuses is left to people. */
export async function healing(
  backend: Backend,
  people: People,
  system: string,
  healed: (what: Healed) => Promise<void>,
): Promise<void> {
  const waiting = await backend.transact(({ findings }) => findings.healing(system, 100));
  for (const { id } of waiting) {
    const [now] = await backend.transact(({ findings }) => findings.lock([id]));
    if (!now || (now.healing !== 'AUTO_REVERT' && now.healing !== 'AUTO_ADOPT')) continue;
    const what = await people.heal(id, now.healing);
    await healed(what);
    if (now.healing === 'AUTO_ADOPT' && what.set === null)
      await backend.transact(({ findings }) => findings.leaveToPeople([{ id, note: 'the master refuses it' }]));
  }
}
