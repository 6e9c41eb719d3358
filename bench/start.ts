/**
 * How long `loadline --version` and `--help` take as whole processes, beside Node doing nothing: medians, in turn.
 *
 *   node bench/start.ts [rounds=11]
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const rounds = Number(process.argv[2] ?? 11);
const loadline = path.resolve(import.meta.dirname, '../bin/loadline');
const commands: readonly (readonly [string, string, readonly string[]])[] = [
  ['node -e 0', process.execPath, ['-e', '0']],
  ['loadline --version', loadline, ['--version']],
  ['loadline --help', loadline, ['--help']],
];
const times = new Map<string, number[]>(commands.map(([name]) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, file, args] of commands) {
    const from = performance.now();
    execFileSync(file, args, { stdio: 'ignore' });
    // The first round fills the caches.
    if (round > 0) times.get(name)?.push(performance.now() - from);
  }
}
for (const [name, measured] of times) {
  const sorted = measured.sort((a, b) => a - b);
  process.stdout.write(
    `${name}: ${(sorted[sorted.length >> 1] ?? 0).toFixed(0)} ms (${sorted[0]?.toFixed(0)} to ${sorted.at(-1)?.toFixed(0)})\n`,
  );
}
