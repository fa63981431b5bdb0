import { type Import, importsOf } from './imports.js';
import { brokenAt, type Source } from './source.js';

/** design.md section 2: what each room may import besides itself. `types:` allows `import type` only. */
const ALLOWED: Record<string, string[]> = {
  domain: [],
  application: ['domain'],
  storage: ['application/ports', 'domain'],
  connectors: ['application/ports', 'domain'],
  reporting: ['application/ports', 'domain'],
  graphql: ['application', 'access', 'domain'],
  http: ['application', 'access', 'types:domain'],
  access: ['application/ports', 'domain'],
  jobs: ['application'],
  cli: ['application'],
  sandbox: ['domain/primitives'],
};

const PORCH = /^src\/(main\.ts|app\.module\.ts|config\.ts|porch\/.*)$/;

/** Arrows between rooms that the house does not have, and rooms that it does not know. */
export function forbiddenArrows(sources: Source[]): string[] {
  const broken: string[] = [];
  for (const source of sources) {
    if (!source.path.startsWith('src/') || PORCH.test(source.path)) continue;
    const room = roomOf(source.path);
    const allowed = ALLOWED[room];
    if (!allowed) broken.push(`${source.path}:1 is in no room of design.md section 2`);
    for (const found of importsOf(source)) {
      if (allowed && !isAllowed(found, room, allowed)) {
        broken.push(brokenAt(source, found.node, `arrow ${room} -> ${found.target} is not allowed`));
      }
    }
  }
  return broken;
}

function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function isAllowed(found: Import, room: string, allowed: string[]): boolean {
  const { target, typeOnly } = found;
  if (target === null || target.startsWith(`src/${room}/`)) return true;
  // Outside src/ there are migrations, documents and the like, which rules of their own look after.
  if (!target.startsWith('src/')) return true;
  return allowed.some((entry) => {
    const types = entry.startsWith('types:');
    return target.startsWith(`src/${types ? entry.slice(6) : entry}/`) && (typeOnly || !types);
  });
}

/** Files that reach themselves through their imports, each circle told once; imports of types alone count too. */
export function circles(sources: Source[]): string[] {
  const graph = new Map(sources.map((source) => [source.path, targetsOf(source)]));
  const done = new Set<string>();
  const trail: string[] = [];
  const broken: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      broken.push(`${path}:1 circle: ${[...trail.slice(start), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const next of graph.get(path) ?? []) visit(next);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return broken;
}

function targetsOf(source: Source): string[] {
  return importsOf(source).flatMap(({ target }) => (target === null ? [] : [target]));
}

/** Files of src/ that no other file of src/ imports: code that only its own test, or nobody, would miss. */
export function unreached(sources: Source[], excused: Record<string, string>): string[] {
  const reached = new Set(sources.flatMap((source) => targetsOf(source).filter((target) => target !== source.path)));
  return sources
    .map(({ path }) => path)
    .filter((path) => path.startsWith('src/') && path !== 'src/main.ts' && !reached.has(path) && !(path in excused))
    .map((path) => `${path}:1 is imported by nobody`);
}
