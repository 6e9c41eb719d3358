import { readFlags } from './flags.ts';
import type { LabOptions } from './lab.ts';
import { defaultSeed } from './seed.ts';
import { apiSettings, readSettings, settingsHelp } from './setting.ts';

export type Command =
  | {
      readonly kind: 'start';
      readonly options: LabOptions;
      readonly json: boolean;
      readonly stopWithParent: boolean;
    }
  | { readonly kind: 'help' }
  /** Every fault of the command line. */
  | { readonly kind: 'wrong'; readonly faults: readonly string[] };

/** The command line of `lab` by itself: one API process in the foreground. */
export function readCommandLine(
  args: readonly string[],
  environment: { DATABASE_URL?: string | undefined; REDIS_URL?: string | undefined },
): Command {
  const { given, faults } = readFlags(args, {
    valued: apiSettings.map(({ flag }) => flag),
    switched: apiSettings.filter(({ isSwitch }) => isSwitch).map(({ flag }) => flag),
    bare: ['json', 'stop-with-parent', 'help'],
    valuesOf: (flag) => apiSettings.find((each) => each.flag === flag)?.choices ?? '',
  });
  if (given.has('help')) return { kind: 'help' };
  const read = readSettings(apiSettings, given);
  if (faults.length + read.faults.length > 0) return { kind: 'wrong', faults: [...faults, ...read.faults] };

  const { profile = 'baseline', port = 0, seed = defaultSeed, ...switches } = read.setup;
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = environment;
  return {
    kind: 'start',
    json: given.has('json'),
    stopWithParent: given.has('stop-with-parent'),
    options: {
      profile,
      switches,
      port,
      seed,
      ...(databaseUrl ? { databaseUrl } : {}),
      ...(redisUrl ? { redisUrl } : {}),
    },
  };
}

/** The flags of the help, with what each profile sets. */
export function helpText(): string {
  return `Usage: lab [options]                one API process in the foreground
       lab up [options]             a whole stack in the background: see lab up --help
       lab status | down            the stacks that run; end one

Starts the reference API (JSONPlaceholder's routes on PostgreSQL) on 127.0.0.1, with bottlenecks as switches.

${settingsHelp(apiSettings)}
  --json                    when ready, print one line of JSON: {url, pid, config, planted}
  --stop-with-parent        stop when standard input closes
  --help                    print this

DATABASE_URL names a PostgreSQL to use in place of the embedded one; only its schema loadline_lab is touched.
REDIS_URL names the Redis of --cache redis.
Stop it with Ctrl-C or SIGTERM: it leaves no process and no folder behind.
`;
}
