#!/usr/bin/env node
/**
 * What a contribution must pass before the slower tests: types, lint, formatting and the tests that need no database.
 * The stages run side by side; each prints one line, and its output only when it fails.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const lintedDirectories = ['src', 'test', 'migrations', 'scripts', 'bench'];

const stages = {
  types: [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'],
  lint: [
    bin('oxlint/bin/oxlint'),
    '--type-aware',
    '--deny-warnings',
    '--no-error-on-unmatched-pattern',
    ...lintedDirectories,
  ],
  format: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  pure: ['--experimental-vm-modules', '--no-warnings', bin('jest/bin/jest.js'), '--selectProjects', 'pure'],
};

function run(name, args) {
  const started = performance.now();
  return new Promise((resolve) => {
    const output = [];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${error}\n`)));
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(7)} ${seconds} s`);
      resolve({ name, passed: code === 0, output: Buffer.concat(output).toString('utf8') });
    });
  });
}

const results = await Promise.all(Object.entries(stages).map(([name, args]) => run(name, args)));
for (const { name, output } of results.filter(({ passed }) => !passed)) {
  console.log(`\n--- ${name} ---\n${output.trimEnd()}`);
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
