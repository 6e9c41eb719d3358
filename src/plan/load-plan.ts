import { open, readdir, stat } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { basename, dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean } from './did-you-mean.ts';
import type { Env } from './environment.ts';
import { faultsOf, type Issue, issue, type Origin, originWithoutPlaces, printable, quoted } from './fault.ts';
import { limits } from './limits.ts';
import { aboveCeiling, type LoadCeiling } from './load-ceiling.ts';
import { normalisePlan, type PlanOutcome } from './normalise-plan.ts';
import { overridePlan, type PlanOverrides } from './override-plan.ts';
import { parsePlanText } from './parse-plan.ts';
import { PlanError, type ResolvedPlan } from './plan.ts';
import { errorCode, fileTrouble, type ReadFile } from './resolve-data.ts';
import { resolvePlan } from './resolve-plan.ts';

export type LoadPlanOptions = {
  /** `process.env`; values for the plan's `${VARIABLES}`. */
  readonly env: Env;
  /** Folder from which a relative `file` is looked for. */
  readonly cwd: string;
  readonly overrides?: PlanOverrides;
  /** A plan with a stage above it is faulty. */
  readonly ceiling?: LoadCeiling;
};

/**
 * Reads a plan (YAML, JSON, TypeScript or JavaScript), its data files and the environment's values.
 *
 * @throws {PlanError} with every fault that was found.
 */
export async function loadPlan(
  file: string,
  { env, cwd, overrides = {}, ceiling = {} }: LoadPlanOptions,
): Promise<ResolvedPlan> {
  const path = resolve(cwd, file);
  const { outcome, origin } = await readPlan(file, path);
  if (outcome.state === 'faulty') throw new PlanError(outcome.faults);
  const overridden = overridePlan(outcome.plan, overrides);
  if (overridden.state === 'faulty') throw new PlanError(overridden.faults);
  const tooMuch = aboveCeiling(overridden.plan.load, ceiling);
  if (tooMuch.length > 0) throw new PlanError(faultsOf(tooMuch, originWithoutPlaces(file)));
  const readFile: ReadFile = (name, maxBytes) => readRegularFile(resolve(dirname(path), name), maxBytes);
  const resolution = await resolvePlan(
    { ...overridden.plan, file, ...(overrides.target === undefined ? {} : { targetFrom: 'command-line' }) },
    { env, readFile, origin, module: isModule(path) ? path : null },
  );
  if (resolution.state === 'faulty') throw new PlanError(resolution.faults);
  return resolution.resolved;
}

type Read = { readonly outcome: PlanOutcome; readonly origin: Origin };

async function readPlan(file: string, path: string): Promise<Read> {
  const origin = originWithoutPlaces(file);
  const faulty = (one: Issue): Read => ({
    outcome: { state: 'faulty', faults: faultsOf([one], origin) },
    origin,
  });
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(path, limits.planBytes);
  } catch (error) {
    const [received, hint] = fileTrouble(error);
    const missing = errorCode(error) === 'ENOENT';
    const what = errorCode(error) === 'EFBIG' ? ` of at most ${limits.planBytes} bytes` : '';
    return faulty(issue([], `a plan file${what}`, received, missing ? await neighbourHint(path) : hint));
  }
  const kind = extname(path).toLowerCase();
  if (!isModule(path) && kind !== '.yaml' && kind !== '.yml' && kind !== '.json') {
    return faulty(
      issue([], 'a file that ends in .yaml, .yml, .json or .ts', quoted(basename(path)), 'rename it'),
    );
  }
  if (isModule(path)) {
    const module = await importPlan(path);
    if (module.state === 'faulty') return faulty(module.issue);
    return { outcome: normalisePlan(module.value, origin), origin };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return faulty(issue([], 'a file in UTF-8', 'another encoding', 'save it as UTF-8'));
  }
  return parsePlanText(text, { file, format: kind === '.json' ? 'json' : 'yaml' });
}

function isModule(path: string): boolean {
  return /\.[cm]?[jt]s$/i.test(path);
}

async function neighbourHint(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => []);
  const meant = didYouMean(
    basename(path),
    names.filter((name) => /\.(?:ya?ml|json|[cm]?ts)$/i.test(name) && name !== basename(path)),
  );
  return meant === null ? '"loadline init" writes a plan to start from' : `did you mean ${quoted(meant)}?`;
}

/** The whole of a regular file; nothing is read of a folder, a pipe, a device or a file that is too large. */
async function readRegularFile(path: string, maxBytes: number): Promise<Uint8Array> {
  // First of all: opening a pipe without a writer would wait for ever.
  const found = await stat(path);
  if (found.isDirectory()) throw fileError('EISDIR');
  if (!found.isFile()) throw fileError('EINVAL');
  if (found.size > maxBytes) throw fileError('EFBIG');
  const handle = await open(path, 'r');
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function fileError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

type Imported =
  | { readonly state: 'read'; readonly value: unknown }
  | { readonly state: 'faulty'; readonly issue: Issue };

/** A plan's module may import `loadline` wherever it lies: it gets this very program. */
export async function importPlan(path: string): Promise<Imported> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'loadline'
        ? {
            url: new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url)
              .href,
            shortCircuit: true,
          }
        : next(specifier, context),
  });
  const what = 'a module with export default definePlan({ … })';
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    if (typeof module === 'object' && module !== null && 'default' in module)
      return { state: 'read', value: module.default };
    return {
      state: 'faulty',
      issue: issue([], what, 'no default export', 'write export default definePlan({ … })'),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { state: 'faulty', issue: issue([], what, printable(message.slice(0, 300))) };
  } finally {
    hooks.deregister();
  }
}
