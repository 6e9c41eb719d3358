import { parseArgs } from 'node:util';

/** The flags that a command takes. */
export interface FlagForms {
  /** With a value. */
  readonly valued: readonly string[];
  /** Of those, the ones that mean `on` when nothing follows. */
  readonly switched: readonly string[];
  readonly bare: readonly string[];
  /** The values of a flag, as a person would type them. */
  readonly valuesOf: (flag: string) => string;
}

export interface GivenFlags {
  /** A bare flag has the value `yes`. */
  readonly given: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/** Takes a command line apart, and names everything in it that cannot be. */
export function readFlags(
  args: readonly string[],
  { valued, switched, bare, valuesOf }: FlagForms,
): GivenFlags {
  const known = [...valued, ...bare];
  const faults: string[] = [];
  const given = new Map<string, string>();
  const isAlone = (arg: string, next: string | undefined) =>
    switched.some((flag) => arg === `--${flag}`) && (next === undefined || next.startsWith('--'));
  const { tokens } = parseArgs({
    args: args.map((arg, at) => (isAlone(arg, args[at + 1]) ? `${arg}=on` : arg)),
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      known.map((name) => [name, { type: bare.includes(name) ? 'boolean' : 'string' } as const]),
    ),
  });
  for (const token of tokens) {
    if (token.kind === 'positional') faults.push(`unexpected argument ${JSON.stringify(token.value)}`);
    if (token.kind !== 'option') continue;
    if (!known.includes(token.name))
      faults.push(`unknown option ${token.rawName}; options are ${flagList(known)}`);
    else if (bare.includes(token.name)) {
      if (token.value === undefined) given.set(token.name, 'yes');
      else faults.push(`${token.rawName} takes no value`);
    } else if (token.value === undefined || (token.inlineValue === false && token.value.startsWith('--')))
      faults.push(`${token.rawName} needs a value: ${valuesOf(token.name)}`);
    else given.set(token.name, token.value);
  }
  return { given, faults };
}

function flagList(names: readonly string[]): string {
  return names.map((name) => `--${name}`).join(', ');
}
