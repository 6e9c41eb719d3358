/**
 * Checks that imports run one way: plan ← record ← {load, observe}, record ← analyse ← report, cli on top;
 * that analyse is pure (no node:*); and that the tool and the lab know nothing of each other.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Folder → the folders of src/ that it may import from, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  plan: [],
  record: ['plan'],
  observe: ['plan', 'record'],
  load: ['plan', 'record', 'observe'],
  analyse: ['plan', 'record'],
  report: ['plan', 'record', 'analyse'],
  import: ['plan', 'record'],
  cli: ['plan', 'record', 'observe', 'load', 'analyse', 'report', 'import'],
};

const faults: string[] = [];

for (const file of globSync(['src/**/*.ts', 'lab/src/**/*.ts'], { cwd: root })) {
  const isTest = file.endsWith('.test.ts') || file.includes('/testing/');
  const from = file.split(path.sep);
  for (const specifier of specifiersOf(readFileSync(path.join(root, file), 'utf8'))) {
    const fault = faultOf(from, specifier, path.posix.join(path.posix.dirname(file), specifier), isTest);
    if (fault !== null) faults.push(`${file}: imports ${specifier}: ${fault}`);
  }
}

function faultOf(from: readonly string[], specifier: string, target: string, isTest: boolean): string | null {
  const [top, folder = ''] = from;
  if (!specifier.startsWith('.')) {
    return top === 'src' && folder === 'analyse' && specifier.startsWith('node:') && !isTest
      ? 'analyse is pure'
      : null;
  }
  const to = target.split('/');
  if (to[0] !== top) return isTest ? null : 'the tool and the lab know nothing of each other';
  // src/index.ts is the package's door: it may open on everything.
  if (top !== 'src' || from.length === 2 || to.length === 2) return null;
  const reached = to[1] ?? '';
  if (reached === folder || isTest) return null;
  const may = allowed[folder];
  if (may === undefined)
    return `src/${folder} has no place in the order of imports; give it one in scripts/check-imports.ts`;
  return may.includes(reached)
    ? null
    : `src/${folder} may import ${may.length > 0 ? may.map((name) => `src/${name}`).join(', ') : 'nothing else of src/'}`;
}

function specifiersOf(text: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map((match) => match[1] ?? '');
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n${faults.length} imports run the wrong way\n`);
  process.exitCode = 1;
} else process.stdout.write('imports run one way\n');
