import { readFlags } from '../flags.ts';
import { groundTruth } from '../ground-truth.ts';
import { readSettings, settingsHelp, stackSettings } from '../setting.ts';
import { readSetupFile } from './setup-file.ts';
import {
  defaultName,
  downStack,
  reloadBalancer,
  restartInstances,
  type StackReading,
  type StackStatus,
  stackStatus,
  upStack,
} from './stack.ts';

const namePattern = /^[a-z][a-z0-9-]{0,19}$/;
const nameChoices = 'up to 20 of a-z, 0-9 and -, a letter first';

/** `lab up`: starts a stack, prints where it answers, and leaves it running. Answers the exit code. */
export async function upCommand(args: readonly string[]): Promise<number> {
  const { given, faults } = readFlags(args, {
    valued: [...stackSettings.map(({ flag }) => flag), 'config', 'name'],
    switched: stackSettings.filter(({ isSwitch }) => isSwitch).map(({ flag }) => flag),
    bare: ['json', 'help'],
    valuesOf: (flag) =>
      stackSettings.find((each) => each.flag === flag)?.choices ??
      (flag === 'name' ? nameChoices : 'the path of a lab.yaml'),
  });
  if (given.has('help')) return printed(upHelp());
  const flags = readSettings(stackSettings, given);
  const name = given.get('name') ?? defaultName;
  const all = [...faults, ...flags.faults, ...nameFaults(name)];
  if (all.length > 0) return wrong(all);
  const file = given.get('config');
  const setup = { ...(file === undefined ? {} : readSetupFile(file)), ...flags.setup };
  const reading = await upStack({
    setup,
    name,
    databaseUrl: process.env.DATABASE_URL || null,
    redisUrl: process.env.REDIS_URL || null,
  });
  return printed(given.has('json') ? lineOf(reading) : `lab ready at ${reading.url}\n`);
}

/** `lab status`: what runs. */
export async function statusCommand(args: readonly string[]): Promise<number> {
  const { given, faults } = readFlags(args, forms([], ['json', 'help']));
  if (given.has('help')) return printed(otherHelp);
  if (faults.length > 0) return wrong(faults);
  const stacks = await stackStatus();
  if (given.has('json')) return printed(`${JSON.stringify(stacks)}\n`);
  return printed(stacks.length === 0 ? 'no stack is up\n' : stacks.map(shown).join('\n'));
}

/** `lab down`: ends a stack, and clears one that was killed. */
export function downCommand(args: readonly string[]): Promise<number> {
  return named(args, async (name) => {
    const ended = await downStack(name);
    return ended === 0 ? `no stack named ${name} was up\n` : `${name} is down\n`;
  });
}

/** `lab restart`: each API instance anew, one after the other. */
export function restartCommand(args: readonly string[]): Promise<number> {
  return named(args, async (name) => shown({ state: 'up', ...(await restartInstances(name)) }));
}

/** `lab reload`: HAProxy reads its configuration again. */
export function reloadCommand(args: readonly string[]): Promise<number> {
  return named(args, async (name) => shown({ state: 'up', ...(await reloadBalancer(name)) }));
}

async function named(args: readonly string[], work: (name: string) => Promise<string>): Promise<number> {
  const { given, faults } = readFlags(args, forms(['name'], ['help']));
  if (given.has('help')) return printed(otherHelp);
  const name = given.get('name') ?? defaultName;
  const all = [...faults, ...nameFaults(name)];
  return all.length > 0 ? wrong(all) : printed(await work(name));
}

function forms(valued: readonly string[], bare: readonly string[]) {
  return { valued, bare, switched: [], valuesOf: () => nameChoices };
}

function nameFaults(name: string): readonly string[] {
  return namePattern.test(name) ? [] : [`--name ${JSON.stringify(name)} is not a name: ${nameChoices}`];
}

function lineOf(reading: StackReading): string {
  return `${JSON.stringify({ ...reading, planted: groundTruth(reading.setup) })}\n`;
}

function shown(stack: StackStatus): string {
  if (stack.state !== 'up')
    return stack.state === 'starting'
      ? `${stack.name}: starting (${stack.pid})\n`
      : `${stack.name}: its supervisor (${stack.pid}) was killed; clear it with \`lab down --name ${stack.name}\`\n`;
  const rows = stack.components.map(
    ({ name, pid, url, state, restarts, fault }) =>
      `  ${name.padEnd(18)}${String(pid).padEnd(9)}${state}${restarts > 0 ? `, started again ${restarts} times` : ''}  ${withoutSecret(url)}${fault === null ? '' : `  ${fault}`}`,
  );
  return `${stack.name} at ${stack.url}, profile ${stack.setup.profile}, supervisor ${stack.pid}\n${rows.join('\n')}\n`;
}

/** A terminal is read by others: the password is for those who ask for JSON. */
function withoutSecret(url: string | null): string {
  return (url ?? '').replace(/:[^:@/]*@/, '@');
}

function printed(text: string): number {
  process.stdout.write(text);
  return 0;
}

function wrong(faults: readonly string[]): number {
  process.stderr.write(`${faults.map((fault) => `lab: ${fault}`).join('\n')}\nSee --help.\n`);
  return 2;
}

function upHelp(): string {
  return `Usage: lab up [options]

Starts a stack in the background, on 127.0.0.1: PostgreSQL, and what is chosen of Redis, API instances, HAProxy, a
replica and Prometheus. Returns when it answers. A component that dies is started again.

${settingsHelp(stackSettings)}
  --config FILE             a lab.yaml: the options' names as keys; options override it
  --name NAME               of the stack, to have several; ${defaultName}
  --json                    print one line of JSON: {name, url, pid, folder, setup, components, planted}
  --help                    print this

DATABASE_URL and REDIS_URL name servers to use in place of the stack's own.
`;
}

const otherHelp = `Usage: lab status [--json]
       lab down [--name NAME]       ends a stack, and clears one that was killed
       lab restart [--name NAME]    each API instance anew, one after the other
       lab reload [--name NAME]     HAProxy reads its configuration again
`;
