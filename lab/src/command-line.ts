import { parseArgs } from 'node:util';
import type { LabOptions } from './lab.ts';
import { choices, type Profile, parseSwitch, profiles, type Switches, switchTable } from './switches.ts';

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

const otherFlags = ['profile', 'port', 'seed', 'json', 'stop-with-parent', 'help'];
const bare = new Set(['json', 'stop-with-parent', 'help']);

export function readCommandLine(
  args: readonly string[],
  environment: { DATABASE_URL?: string | undefined },
): Command {
  const known = [...switchTable.map((each) => each.flag), ...otherFlags];
  const faults: string[] = [];
  const given = new Map<string, string>();
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      known.map((name) => [name, { type: bare.has(name) ? 'boolean' : 'string' } as const]),
    ),
  });
  for (const token of tokens) {
    if (token.kind === 'positional') faults.push(`unexpected argument ${JSON.stringify(token.value)}`);
    if (token.kind !== 'option') continue;
    if (!known.includes(token.name))
      faults.push(`unknown option ${token.rawName}; options are ${flagList(known)}`);
    else if (bare.has(token.name)) {
      if (token.value === undefined) given.set(token.name, 'yes');
      else faults.push(`${token.rawName} takes no value`);
    } else if (token.value === undefined || (token.inlineValue === false && token.value.startsWith('--')))
      faults.push(`${token.rawName} needs a value: ${valuesOf(token.name)}`);
    else given.set(token.name, token.value);
  }
  if (given.has('help')) return { kind: 'help' };

  const switches: Record<string, Switches[keyof Switches]> = {};
  for (const { key, flag, kind } of switchTable) {
    const text = given.get(flag);
    const value = text === undefined ? undefined : parseSwitch(kind, text);
    if (value !== undefined) switches[key] = value;
    else if (text !== undefined) faults.push(wrongValue(flag, text));
  }
  const profile = profileOf(given.get('profile'));
  if (profile === undefined) faults.push(wrongValue('profile', given.get('profile') ?? ''));
  const port = wholeNumber(given.get('port') ?? '0', 65_535);
  if (port === undefined) faults.push(wrongValue('port', given.get('port') ?? ''));
  const seed = wholeNumber(given.get('seed') ?? '1', 1_000_000);
  if (seed === undefined) faults.push(wrongValue('seed', given.get('seed') ?? ''));
  if (faults.length > 0 || profile === undefined || port === undefined || seed === undefined)
    return { kind: 'wrong', faults };

  const databaseUrl = environment.DATABASE_URL;
  return {
    kind: 'start',
    json: given.has('json'),
    stopWithParent: given.has('stop-with-parent'),
    options: { profile, switches, port, seed, ...(databaseUrl ? { databaseUrl } : {}) },
  };
}

function wrongValue(flag: string, text: string): string {
  return `--${flag} ${JSON.stringify(text)} is not one of its values: ${valuesOf(flag)}`;
}

function valuesOf(flag: string): string {
  const described = switchTable.find((each) => each.flag === flag);
  if (described !== undefined) return choices(described.kind);
  if (flag === 'profile') return Object.keys(profiles).join(', ');
  return flag === 'port' ? '0..65535' : '0..1000000';
}

function flagList(names: readonly string[]): string {
  return names.map((name) => `--${name}`).join(', ');
}

function profileOf(text: string | undefined): Profile | undefined {
  if (text === undefined) return 'baseline';
  return text === 'baseline' || text === 'tuned' ? text : undefined;
}

function wholeNumber(text: string, high: number): number | undefined {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  return value <= high ? value : undefined;
}

function isNumber(kind: (typeof switchTable)[number]['kind']): boolean {
  return typeof kind === 'object' ? 'most' in kind : kind === 'count';
}

/** The flags of the help, with what each profile sets. */
export function helpText(): string {
  const shown = (value: Switches[keyof Switches]) =>
    typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
  const rows = switchTable.map(({ key, flag, kind, help }) => {
    const usage = `--${flag} ${isNumber(kind) ? 'N' : kind === 'on-off' ? 'on|off' : 'MODE'}`;
    return `  ${usage.padEnd(26)}${help}\n${' '.repeat(28)}baseline ${shown(profiles.baseline[key])}, tuned ${shown(profiles.tuned[key])}; ${choices(kind)}`;
  });
  return `Usage: lab [options]

Starts the reference API (JSONPlaceholder's routes on PostgreSQL) on 127.0.0.1, with bottlenecks as switches.

  --profile NAME            baseline (every trouble of the reference document) or tuned (all remedied); baseline
${rows.join('\n')}
  --port N                  port on 127.0.0.1; 0 takes a free one (the default)
  --seed N                  of the rows; the same seed gives the same answers
  --json                    when ready, print one line of JSON: {url, pid, config, planted}
  --stop-with-parent        stop when standard input closes
  --help                    print this

DATABASE_URL names a PostgreSQL to use in place of the embedded one; only its schema loadline_lab is touched.
Stop it with Ctrl-C or SIGTERM: it leaves no process and no folder behind.
`;
}
