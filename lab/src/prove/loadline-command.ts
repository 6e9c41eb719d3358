import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../lab-error.ts';

/** Loadline, started as a user would; it keeps its files below one folder. */
export interface Loadline {
  /** Measures a plan; its progress goes to this process's standard error. A name is used once. */
  measure(name: string, command: readonly string[], plan: string): Promise<Measured>;
  /** What `compare` or `what-if` answers as JSON. */
  ask(args: readonly string[]): Promise<unknown>;
}

export interface Measured {
  readonly analysis: unknown;
  /** The run's file. */
  readonly run: string;
}

/** 0: all held; 1: an SLA was missed; 3: some stage is not valid, which the analysis tells. */
const measuredCodes: ReadonlySet<number> = new Set([0, 1, 3]);

const program = fileURLToPath(new URL('../../../bin/loadline', import.meta.url));

/**
 * @param interrupted Ends what Loadline does.
 * @throws LabError when Loadline ends with another exit code than those of a measurement.
 */
export function loadlineIn(folder: string, interrupted: AbortSignal): Loadline {
  const run = async (args: readonly string[], cwd: string) => {
    interrupted.throwIfAborted();
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
      // Twice: it does not stay to analyse what it has.
      const end = () => {
        child.kill('SIGTERM');
        repeated = setTimeout(() => child.kill('SIGTERM'), 500);
      };
      let repeated: NodeJS.Timeout | undefined;
      interrupted.addEventListener('abort', end, { once: true });
      const released = () => {
        interrupted.removeEventListener('abort', end);
        clearTimeout(repeated);
      };
      child.once('error', (error) => {
        released();
        reject(error);
      });
      child.once('close', (ended) => {
        released();
        resolve(ended ?? -1);
      });
    });
    interrupted.throwIfAborted();
    if (measuredCodes.has(code)) return;
    throw new LabError('not-measured', `loadline ${args.join(' ')} ended with ${code}`, 'see what it said');
  };
  const jsonIn = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
  let asked = 0;
  return {
    async measure(name, command, plan) {
      const own = join(folder, name);
      mkdirSync(own);
      writeFileSync(join(own, 'plan.json'), plan);
      await run([...command, 'plan.json', '--json', 'analysis.json'], own);
      const runs = join(own, '.loadline', 'runs');
      const [file] = readdirSync(runs).filter((each) => each.endsWith('.loadline'));
      if (file === undefined)
        throw new LabError('no-run', `no run lies in ${runs}`, 'this is a fault of the lab');
      return { analysis: jsonIn(join(own, 'analysis.json')), run: join(runs, file) };
    },
    async ask(args) {
      asked += 1;
      const file = join(folder, `answer-${asked}.json`);
      await run([...args, '--quiet', '--json', file], folder);
      return jsonIn(file);
    },
  };
}
