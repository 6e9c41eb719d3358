import { alone, type Setup, type Surroundings } from './setup.ts';
import { choices, type Profile, parseSwitch, profiles, type Switches, switchTable } from './switches.ts';

/** One thing to choose of a lab: by a flag, or by a line of `lab.yaml`. */
export interface Setting {
  /** Its flag without the dashes, and its key in `lab.yaml`. */
  readonly flag: string;
  /** As its usage shows the value: `N`, `on|off`. */
  readonly form: string;
  readonly choices: string;
  readonly help: string;
  /** `on` is meant when no value is given. */
  readonly isSwitch: boolean;
  /** What it chooses, or `undefined` when the text is none of its values. */
  read(text: string): Partial<Setup> | undefined;
}

function isNumber(kind: (typeof switchTable)[number]['kind']): boolean {
  return typeof kind === 'object' ? 'most' in kind : kind === 'count';
}

const profileSetting: Setting = {
  flag: 'profile',
  form: 'NAME',
  choices: Object.keys(profiles).join(', '),
  help: 'baseline (every trouble of the reference document) or tuned (all remedied); baseline',
  isSwitch: false,
  read: (text) => (isProfile(text) ? { profile: text } : undefined),
};

const switchSettings = switchTable.map(({ key, flag, kind, help }): Setting => {
  const shown = (value: Switches[keyof Switches]) =>
    typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
  return {
    flag,
    form: isNumber(kind) ? 'N' : kind === 'on-off' ? 'on|off' : 'MODE',
    choices: choices(kind),
    help: `${help}\n${' '.repeat(28)}baseline ${shown(profiles.baseline[key])}, tuned ${shown(profiles.tuned[key])}; ${choices(kind)}`,
    isSwitch: kind === 'on-off',
    read(text) {
      const value = parseSwitch(kind, text);
      return value === undefined ? undefined : { [key]: value };
    },
  };
});

/** What can be chosen of an API process by itself. */
export const apiSettings: readonly Setting[] = [
  profileSetting,
  ...switchSettings,
  wholeNumber('port', 0, 65_535, 'port on 127.0.0.1; 0 takes a free one (the default)'),
  wholeNumber('seed', 0, 1_000_000, 'of the rows; the same seed gives the same answers'),
];

/** What can be chosen of a stack. */
export const stackSettings: readonly Setting[] = [
  ...apiSettings,
  wholeNumber('instances', 1, 4, `API processes; several bring the balancer; ${alone.instances}`),
  onOff('balancer', 'HAProxy in front of the instances'),
  wholeNumber(
    'maxInFlight',
    1,
    10_000,
    `requests in one instance at a time, the others queue in HAProxy; ${alone.maxInFlight}`,
  ),
  wholeNumber(
    'queueTimeoutMs',
    1,
    600_000,
    `longest wait in HAProxy's queue in ms, then 503; ${alone.queueTimeoutMs}`,
    'queue-timeout',
  ),
  {
    flag: 'rate-limit',
    form: 'N',
    choices: '1..1000000, off',
    help: 'requests per second that HAProxy takes of one client, then 429; off',
    isSwitch: false,
    read(text) {
      const limit = within(text, 1, 1_000_000);
      return text === 'off' ? { rateLimit: null } : limit === undefined ? undefined : { rateLimit: limit };
    },
  },
  onOff('replica', 'a streaming replica of PostgreSQL for the reads that no cache answers'),
  onOff('monitoring', 'Prometheus, with its rules'),
  onOff('autoscale', 'instances added and removed with the load; brings the balancer'),
];

type NumberKey = { [K in keyof Setup]: Setup[K] extends number ? K : never }[keyof Setup];
type SwitchKey = {
  [K in keyof Surroundings]: Surroundings[K] extends boolean ? K : never;
}[keyof Surroundings];

function wholeNumber(key: NumberKey, low: number, high: number, help: string, flag = kebab(key)): Setting {
  return {
    flag,
    form: 'N',
    choices: `${low}..${high}`,
    help,
    isSwitch: false,
    read(text) {
      const value = within(text, low, high);
      return value === undefined ? undefined : { [key]: value };
    },
  };
}

function onOff(key: SwitchKey, help: string): Setting {
  return {
    flag: kebab(key),
    form: 'on|off',
    choices: 'on, off',
    help: `${help}; off`,
    isSwitch: true,
    read: (text) => (text === 'on' ? { [key]: true } : text === 'off' ? { [key]: false } : undefined),
  };
}

function within(text: string, low: number, high: number): number | undefined {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : undefined;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isProfile(text: string): text is Profile {
  return Object.hasOwn(profiles, text);
}

/** Everything that is chosen by flags, or every fault. */
export function readSettings(
  settings: readonly Setting[],
  given: ReadonlyMap<string, string>,
): { readonly setup: Partial<Setup>; readonly faults: readonly string[] } {
  const faults: string[] = [];
  let setup: Partial<Setup> = {};
  for (const { flag, read, choices } of settings) {
    const text = given.get(flag);
    if (text === undefined) continue;
    const chosen = read(text);
    if (chosen !== undefined) setup = { ...setup, ...chosen };
    else faults.push(`--${flag} ${JSON.stringify(text)} is not one of its values: ${choices}`);
  }
  return { setup, faults };
}

/** The settings' lines of a help text. */
export function settingsHelp(settings: readonly Setting[]): string {
  return settings.map(({ flag, form, help }) => `  ${`--${flag} ${form}`.padEnd(26)}${help}`).join('\n');
}
