import { LabError } from './lab-error.ts';

type Run = (args: readonly string[]) => Promise<number>;

/** Loaded when asked for: an instance needs nothing of what starts one. */
const verbs: Readonly<Record<string, () => Promise<Run>>> = {
  up: async () => (await import('./stack/stack-commands.ts')).upCommand,
  status: async () => (await import('./stack/stack-commands.ts')).statusCommand,
  down: async () => (await import('./stack/stack-commands.ts')).downCommand,
  restart: async () => (await import('./stack/stack-commands.ts')).restartCommand,
  reload: async () => (await import('./stack/stack-commands.ts')).reloadCommand,
  prove: async () => (await import('./prove/prove-command.ts')).proveCommand,
  faults: async () => (await import('./prove/prove-command.ts')).faultsCommand,
  // These two are started by the lab itself.
  'serve-stack': async () => (await import('./stack/supervisor-process.ts')).serveStack,
  'serve-instance': async () => (await import('./stack/api-instance.ts')).serveInstance,
};

const [first = '', ...rest] = process.argv.slice(2);
const verb = Object.hasOwn(verbs, first) ? verbs[first] : undefined;
try {
  process.exitCode =
    verb === undefined
      ? await (await import('./serve-command.ts')).serveCommand(process.argv.slice(2))
      : await (await verb())(rest);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`lab: ${error.message}\n  ${error.remedy}\n`);
  process.exitCode = error.code === 'interrupted' ? 130 : 1;
}
process.exit();
