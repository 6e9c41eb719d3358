import { expect, test } from 'vitest';
import { helpText, readCommandLine } from './command-line.ts';
import { switchTable } from './switches.ts';

test('with nothing given: the baseline on a free port', () => {
  expect(readCommandLine([], {})).toEqual({
    kind: 'start',
    json: false,
    stopWithParent: false,
    options: { profile: 'baseline', switches: {}, port: 0, seed: 1 },
  });
});

test('every flag reaches its switch', () => {
  const args = [
    '--profile',
    'tuned',
    '--pool=7',
    '--event-loop-work',
    'on',
    '--keep-alive',
    'off',
    '--cache',
    'off',
  ];
  const more = ['--commit', 'each', '--port', '8080', '--seed', '3', '--json', '--stop-with-parent'];
  expect(readCommandLine([...args, ...more], { DATABASE_URL: 'postgres://x' })).toEqual({
    kind: 'start',
    json: true,
    stopWithParent: true,
    options: {
      profile: 'tuned',
      switches: { pool: 7, eventLoopWork: true, keepAlive: false, cache: 'off', commit: 'each' },
      port: 8080,
      seed: 3,
      databaseUrl: 'postgres://x',
    },
  });
});

test.each([
  [['--pool', '0'], '--pool "0" is not one of its values: 1..400'],
  [['--pool', 'many'], '--pool "many" is not one of its values: 1..400'],
  [['--cache', 'disk'], '--cache "disk" is not one of its values: off, memory, redis; on means memory'],
  [['--profile', 'fast'], '--profile "fast" is not one of its values: baseline, tuned'],
  [['--commit', 'never'], '--commit "never" is not one of its values: grouped, each, async'],
  [['--port', '70000'], '--port "70000" is not one of its values: 0..65535'],
  [['--cache'], '--cache needs a value: off, memory, redis; on means memory'],
  [['--cache', '--json'], '--cache needs a value: off, memory, redis; on means memory'],
  [['--json=yes'], '--json takes no value'],
  [['up'], 'unexpected argument "up"'],
])('%j is refused', (args, fault) => {
  expect(readCommandLine(args, {})).toEqual({ kind: 'wrong', faults: [fault] });
});

test('an unknown option is answered with the options that there are', () => {
  const command = readCommandLine(['--cahce', 'on', '--pool', 'x'], {});
  expect(command.kind).toBe('wrong');
  const faults = command.kind === 'wrong' ? command.faults.join('\n') : '';
  expect(faults).toContain('unknown option --cahce; options are --profile, --pool, --event-loop-work');
  expect(faults).toContain('--pool "x"');
});

test('help names every flag', () => {
  expect(readCommandLine(['--help'], {})).toEqual({ kind: 'help' });
  for (const { flag } of switchTable) expect(helpText()).toContain(`--${flag} `);
});
