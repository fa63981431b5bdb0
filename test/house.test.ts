import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { unguardedDoors } from './house/doors.js';
import {
  anyType,
  clockAndChance,
  environment,
  forbiddenWords,
  frameworks,
  migrationImports,
} from './house/forbidden.js';
import { undocumentedCodes } from './house/problem-codes.js';
import { circles, forbiddenArrows, unreached } from './house/rooms.js';
import { barrelsAndEnums, fileLengths, functionLengths } from './house/shape.js';
import { loadSources, parseSource, type Source } from './house/source.js';

/** Files under 15 lines that are right as they are, each with its reason. */
const SHORT_FILES: Record<string, string> = {
  'test/support/postgres-down.ts': 'Jest asks for a file of its own',
  'src/application/access/revoke-api-key.ts': 'one verb a file',
  'src/application/audit/export-audit.ts': 'one verb a file',
  'src/application/ownership/end-ownership-rule.ts': 'one verb a file',
  'src/application/change/run/forget-keys.ts': 'one verb a file',
  'src/application/imports/resume-imports.ts': 'one verb a file',
  'src/application/publishing/fault-of.ts': 'what two rooms of verbs share and nothing else',
  'src/application/ports/attribute-usage.ts': 'one port a file',
  'src/application/ports/clock.ts': 'one port a file',
  'src/application/ports/readiness.ts': 'one port a file',
  'src/application/ports/report-renderer.ts': 'one port a file',
  'src/domain/access/secret-hash.ts': 'access and application share it and nothing else',
  'src/jobs/queues.ts': 'the migration names the queues without loading the workers',
  'src/porch/report-renderer.ts': 'binds one port',
  'src/storage/stores/audit.ts': 'every store may append to it',
  'src/storage/stores/ownership-rules.ts': 'one read that stores and readers share',
};

/** Files of src/ that nothing of src/ imports, each with its reason. `src/main.ts` needs none. */
const ENTRY_FILES: Record<string, string> = {};

const root = fileURLToPath(new URL('..', import.meta.url));
const all = loadSources(root, ['src', 'test', 'migrations', 'scripts', 'bench']);
const src = all.filter(({ path }) => path.startsWith('src/'));
const handWritten = all.filter(({ path }) => !path.startsWith('migrations/'));

function one(path: string, text: string): Source[] {
  return [parseSource(path, text)];
}

function long(lines: number): string {
  return Array.from({ length: lines }, (_, index) => `export const a${index} = 0;`).join('\n');
}

/** In pieces, or this file would break the rule that it tries. */
function spelt(...pieces: string[]): string {
  return pieces.join('');
}

interface Rule {
  name: string;
  house: () => string[];
  /** Examples on each of which the rule must speak up. */
  bad: string[][];
}

const rules: Rule[] = [
  {
    name: 'arrows',
    house: () => forbiddenArrows(src),
    bad: [
      forbiddenArrows(one('src/domain/a.ts', `import '../storage/b.js';`)),
      forbiddenArrows(one('src/storage/a.ts', `import { b } from '../application/change/b.js';`)),
      forbiddenArrows(one('src/jobs/a.ts', `import { b } from '../config.js';`)),
      forbiddenArrows(one('src/http/a.ts', `import { b } from '../domain/b.js';`)),
      forbiddenArrows(one('src/cellar/a.ts', '')),
    ],
  },
  {
    name: 'circles',
    house: () => circles(src),
    bad: [circles([...one('src/a.ts', `import './b.js';`), ...one('src/b.ts', `export type { A } from './a.js';`)])],
  },
  {
    name: 'imported by nobody',
    house: () => unreached(src, ENTRY_FILES),
    bad: [unreached(one('src/jobs/a.ts', ''), {})],
  },
  {
    name: 'file lengths',
    house: () => fileLengths(handWritten, SHORT_FILES),
    bad: [fileLengths(one('src/a.ts', long(351)), {}), fileLengths(one('src/a.ts', long(14)), {})],
  },
  {
    name: 'function lengths',
    house: () => functionLengths(src),
    bad: [
      functionLengths(one('src/a.ts', `const f = () => {${'\n'.repeat(70)}};`)),
      functionLengths(one('src/a.ts', `class A { f() {${'\n'.repeat(70)}} }`)),
    ],
  },
  {
    name: 'barrels and enums',
    house: () => barrelsAndEnums(all),
    bad: [barrelsAndEnums(one('src/domain/index.ts', '')), barrelsAndEnums(one('src/domain/a.ts', `enum A { B }`))],
  },
  {
    name: 'environment',
    house: () => environment(src),
    bad: [
      environment(one('src/jobs/a.ts', `const a = process.env['A'];`)),
      environment(one('src/jobs/a.ts', `const { env } = process;`)),
    ],
  },
  {
    name: 'frameworks',
    house: () => frameworks(src),
    bad: [
      frameworks(one('src/jobs/a.ts', `import { In } from 'typeorm';`)),
      frameworks(one('src/application/a.ts', `import { Module } from '@nestjs/common';`)),
    ],
  },
  {
    name: 'clock and chance',
    house: () => clockAndChance(src),
    bad: [
      clockAndChance(one('src/domain/a.ts', `const a = new Date();`)),
      clockAndChance(one('src/domain/a.ts', `const a = Date.now();`)),
      clockAndChance(one('src/domain/a.ts', `const a = Math.random();`)),
    ],
  },
  { name: 'any', house: () => anyType(all), bad: [anyType(one('test/a.ts', `const a = 1 as any;`))] },
  {
    name: 'migrations',
    house: () => migrationImports(all),
    bad: [migrationImports(one('migrations/1.ts', `import '../src/domain/a.js';`))],
  },
  {
    name: 'words',
    house: () => forbiddenWords(all),
    bad: [
      forbiddenWords(one('src/a.ts', spelt('// TO', 'DO: later'))),
      forbiddenWords(one('src/a.ts', spelt(`const a = '/t`, `mp/a';`))),
      forbiddenWords(one('src/a.ts', spelt('// @ts-ign', 'ore'))),
      forbiddenWords(one('src/a.ts', spelt('/* oxlint-dis', 'able */'))),
    ],
  },
  {
    name: 'doors',
    house: () => unguardedDoors(src),
    bad: [
      unguardedDoors(one('src/graphql/a.ts', `@Resolver() class A { @Query(() => B) b() { return 1; } }`)),
      unguardedDoors(one('src/http/a.ts', `@Controller() class A { @Roles('A') @Get() b() {} @Post() c() {} }`)),
    ],
  },
  {
    name: 'problem codes',
    house: () => undocumentedCodes(read('src/domain/problem.ts'), read('docs/errors.md').text),
    bad: [
      undocumentedCodes(parseSource('src/a.ts', `export const PROBLEM_CODES = ['A'] as const;`), ''),
      undocumentedCodes(parseSource('src/a.ts', `export const PROBLEM_CODES = [] as const;`), '| `B` | x |'),
    ],
  },
];

function read(path: string): Source {
  return parseSource(path, existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');
}

describe('the house rules', () => {
  it.each(rules)('$name: kept', ({ house }) => {
    expect(house()).toEqual([]);
  });

  it.each(rules)('$name: a breach would be noticed', ({ bad }) => {
    for (const told of bad) expect(told).not.toEqual([]);
  });

  it('let good code pass', () => {
    const good = one(
      'src/domain/a.ts',
      `export const a = (at: number): Date => new Date(at);\nexport type { B } from './b.js';`,
    );
    expect([...forbiddenArrows(good), ...clockAndChance(good), ...anyType(good), ...forbiddenWords(good)]).toEqual([]);
    const guarded = `@Roles('VIEWER') @Resolver() class A { @Query() b() {} @ResolveField() c() {} }`;
    expect(unguardedDoors(one('src/graphql/a.ts', guarded))).toEqual([]);
    expect(forbiddenArrows(one('src/http/a.ts', `import type { B } from '../domain/b.js';`))).toEqual([]);
  });
});
