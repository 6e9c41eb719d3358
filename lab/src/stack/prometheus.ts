import { copyFileSync, mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject } from '../document.ts';
import { freePort } from '../free-port.ts';
import {
  type Job,
  jobs,
  prometheusConfig,
  type Target,
  targetGroups,
  targetsFile,
} from '../monitoring/prometheus-config.ts';
import type { Running } from './running.ts';
import { startService } from './service.ts';
import type { StackState } from './state.ts';
import { systemProgram } from './system-program.ts';

/** What a Prometheus of a stack watches. */
export type Watched = Readonly<Record<Job, readonly Target[]>>;

export interface Monitoring extends Running {
  readonly url: string;
  /** Changes the targets of a job, as when an instance is added; Prometheus notices within five seconds. */
  watch(job: Job, targets: readonly Target[]): void;
}

const rulesFolder = fileURLToPath(new URL('../../monitoring/rules/', import.meta.url));
/** The recording rules and the alerts, without their tests. */
const ruleFiles = ['recording.yml', 'alerts.yml'];
const answerLimitMs = 1000;

/**
 * Starts Prometheus with the lab's rules over the given targets, on 127.0.0.1; its data is in the stack's folder.
 *
 * @throws LabError when prometheus is missing or does not start.
 */
export async function startPrometheus(
  state: StackState,
  options: { readonly watched: Watched; readonly port?: number },
): Promise<Monitoring> {
  const program = systemProgram('prometheus', 'prometheus');
  const folder = join(state.folder, 'prometheus');
  const rules = join(folder, 'rules');
  mkdirSync(rules, { recursive: true, mode: 0o700 });
  for (const file of ruleFiles) copyFileSync(join(rulesFolder, file), join(rules, file));
  const watch = (job: Job, targets: readonly Target[]) =>
    replaceFile(join(folder, targetsFile(job)), targetGroups(targets));
  for (const job of jobs) watch(job, options.watched[job]);
  const address = `127.0.0.1:${options.port || (await freePort())}`;
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, prometheusConfig({ address }));
  const url = `http://${address}`;
  const running = await startService(state, {
    name: 'prometheus',
    url,
    program,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=1d',
      '--storage.tsdb.retention.size=256MB',
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    isReady: () => isServing(url, realpathSync(state.folder)),
  });
  return { ...running, url, watch };
}

/** Whether this Prometheus, and no other on the port, is ready: it tells the folder that it works in. */
async function isServing(url: string, folder: string): Promise<boolean> {
  const ask = (path: string) => fetch(`${url}${path}`, { signal: AbortSignal.timeout(answerLimitMs) });
  const ready = await ask('/-/ready');
  await ready.body?.cancel();
  if (!ready.ok) return false;
  const answer: unknown = await (await ask('/api/v1/status/runtimeinfo')).json();
  return isObject(answer) && isObject(answer.data) && answer.data.CWD === folder;
}

/** Never half a file: Prometheus reads it as soon as it changes. */
function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
