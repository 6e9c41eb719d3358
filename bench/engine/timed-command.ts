import { execFileSync } from 'node:child_process';

export type Timed = { readonly text: string; readonly cpuSeconds: number };

/**
 * Runs a command on core 0, at most `limitSeconds` long. `cpuSeconds`: user and system time of it and of all processes
 * that it started and awaited, from its start to its end, as the shell's `times` tells (in steps of 10 ms).
 * `text`: what it said on both its outputs. Throws if it fails, with the end of that.
 */
export function timedOnCore0(
  command: readonly string[],
  { limitSeconds, env = {} }: { limitSeconds: number; env?: Readonly<Record<string, string>> },
): Timed {
  const words = ['timeout', '-k', '5', String(limitSeconds), 'taskset', '-c', '0', ...command];
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const text = execFileSync('sh', ['-c', `${quoted} 2>&1; code=$?; echo; echo "ended $code"; times`], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const lines = text.trimEnd().split('\n');
  const code = /^ended (\d+)$/.exec(lines.at(-3) ?? '')?.[1];
  const said = lines.slice(0, -3).join('\n');
  if (code !== '0') throw new Error(`${command[0]} ended with ${code}: ${said.slice(-400)}`);
  const children = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s/.exec(lines.at(-1) ?? '');
  if (children === null) throw new Error(`no times in ${text.slice(-400)}`);
  const [, userMinutes = 0, user = 0, systemMinutes = 0, system = 0] = children.map(Number);
  return { text: said, cpuSeconds: (userMinutes + systemMinutes) * 60 + user + system };
}
