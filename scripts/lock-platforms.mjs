#!/usr/bin/env node
/**
 * Completes package-lock.json with the packages of other platforms. npm leaves an optional package out of the lock when
 * the registry that it asks does not have it (a mirror that holds one platform only), and `npm ci` then refuses the
 * lock. Run after every `npm install`: `npm run lock`. Entries that are there already are not touched.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** What npm would have written, less the integrity, which only the registry knows. */
function entryOf(name, version, parent) {
  const words = name.split(/[/-]/);
  const os = systems.find((each) => words.includes(each));
  const cpu = processors.find((each) => words.includes(each));
  const library = Object.keys(libraries).find((each) => words.includes(each));
  if (!os || !cpu) return null;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(os === 'linux' && library ? { libc: [libraries[library]] } : {}),
    optional: true,
    os: [os],
  };
}

const added = [];
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key]) continue;
    const entry = /^\d+\.\d+\.\d+/.test(version) ? entryOf(name, version, parent) : null;
    if (!entry) {
      console.error(`left out: ${name}@${version}`);
      continue;
    }
    lock.packages[key] = entry;
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} packages of other platforms added`);
