/** One thing less that keeps the world in order: texts that are changed in modules as they are loaded. */
export interface Mutant {
  name: string;
  /** What is missing then. */
  lacks: string;
  /** Each text stands in its file exactly once, or the mutant fails. */
  edits: { file: string; find: string; replace: string }[];
}

const LANES = 'test/world/memory/lanes.ts';
const QUEUE = 'test/world/memory/queue.ts';

/**
 * Each of these must be caught by some seed. What the product itself decides is changed in src; what the database
 * decides, in the store in memory, which the contract suite holds to the database.
 */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'lease',
    lacks: 'the lease: a lane that somebody holds is claimed, and settled, by anybody',
    edits: [
      {
        file: LANES,
        find: 'return leaseUntil !== null && leaseUntil >= now;',
        replace: 'return leaseUntil === now - 1e15;',
      },
      {
        file: LANES,
        find: 'return lane !== undefined && lane.leaseToken === token && lane.leaseUntil !== null && lane.leaseUntil > now;',
        replace: 'return lane !== undefined;',
      },
      { file: QUEUE, find: 'if ((lane.leaseUntil ?? 0) <= now + SEND_MARGIN_MS) throw lost(claim);', replace: '' },
    ],
  },
  {
    name: 'base-comparison',
    lacks: 'the comparison with what was published: whatever differs is taken for a lag of ours',
    edits: [
      {
        file: 'src/domain/drift/compare.ts',
        find: "return { verdict: 'DRIFT', bothMoved: !law.agrees(canonical, base, base, rule.tolerance) };",
        replace: "return { verdict: 'LAG' };",
      },
    ],
  },
  {
    name: 'read-before-write',
    lacks: 'the reading before a write: what was published last is taken for what is there',
    edits: [
      {
        file: 'src/application/publishing/publish-lane.ts',
        find: 'return reckon(house, claim, connector, record, found.get(record.id) ?? null, draft);',
        replace: `const read = found.get(record.id) ?? null;
          const shown = read && record.published ? { ...read, fields: record.published } : read;
          return reckon(house, claim, connector, record, shown, draft);`,
      },
    ],
  },
  {
    name: 'supersession',
    lacks: 'supersession: an older delivery stays open beside a newer one, and both are brought',
    edits: [
      {
        file: 'test/world/memory/desk-stores.ts',
        find: 'for (const row of rows) this.supersede(row);',
        replace: '',
      },
      { file: LANES, find: 'if (newest.get(record.id) !== delivery) {', replace: 'if (!newest.has(record.id)) {' },
    ],
  },
  {
    name: 'older-revision-fence',
    lacks: 'the wait for a write that was sent and not settled: it may still arrive, over a newer one',
    edits: [
      {
        file: LANES,
        find: 'return sent.length > 0 ? Math.max(...sent) + SETTLING_MS : null;',
        replace: 'return sent.length > now ? now : null;',
      },
    ],
  },
  {
    name: 'late-sender',
    lacks: 'the deadline for sending: a worker that stood still sends when its lease is long gone',
    edits: [
      {
        file: 'src/application/publishing/publish-lane.ts',
        find: 'const leftMs = window.sendWithinMs - Math.max(0, ports.clock.now().getTime() - askedAt);',
        replace: 'const leftMs = window.sendWithinMs + 0 * askedAt;',
      },
    ],
  },
  {
    name: 'finding-first',
    lacks: 'the finding before the write: it is stored with the outcome, which may never come',
    edits: [
      {
        file: 'src/application/publishing/publish-lane.ts',
        find: 'const window = await ports.queue.willSend(claim, attempts, draft.takeFindings());',
        replace: 'const window = await ports.queue.willSend(claim, attempts, []);',
      },
    ],
  },
  {
    name: 'foreign-tags',
    lacks: 'the law that tags of others are theirs',
    edits: [
      {
        file: 'src/domain/drift/normalise.ts',
        find: 'return normaliseTags([...words(canonical), ...foreign]);',
        replace: 'return normaliseTags([...words(canonical), ...foreign.slice(1)]);',
      },
    ],
  },
  {
    name: 'look-up-before-create',
    lacks: 'the look-up before a creation: one whose answer was lost is made once more',
    edits: [
      {
        file: 'src/application/publishing/read-lane.ts',
        find: 'if (hit) found.set(record.id, hit);\n  }\n  return { found, asked: true };',
        replace: 'if (hit && known.size === 0) found.set(record.id, hit);\n  }\n  return { found, asked: true };',
      },
    ],
  },
  {
    name: 'ambiguous-as-delivered',
    lacks: 'the doubt about a write whose outcome nobody knows: it counts as delivered',
    edits: [
      {
        file: 'src/application/publishing/settlement-draft.ts',
        find: 'if (fault.ambiguous) this.unheard.push(attemptId);',
        replace: `if (fault.ambiguous) {
          this.attempts.push({ attemptId, outcome: 'CONFIRMED' });
          this.outcomes.set(record.id, { kind: 'DELIVERED' });
          return;
        }
        if (fault.ambiguous) this.unheard.push(attemptId);`,
      },
    ],
  },
];
