import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

// Debian keeps servers where only root looks.
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/go/bin` };

/**
 * What of these programs is missing, in words for a test's name; empty: nothing. Where all services are asked for
 * (`.ci/run`), a missing one is an error.
 */
export function missing(...programs: readonly string[]): string {
  const absent = programs.filter(
    (program) => spawnSync('sh', ['-c', 'command -v "$0"', program], { env }).status !== 0,
  );
  if (absent.length === 0) return '';
  const message = `needs ${absent.join(' and ')}, install with apt-get install nginx-light haproxy python3 golang-go`;
  if (process.env.LOADLINE_REQUIRE_SERVICES === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return ` (skipped: ${message})`;
}

/** Those that no test has stopped: it failed before. */
const running = new Set<ServerProgram>();

/** A server in a process of its own, with a folder for its files. */
export class ServerProgram {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #output: string;

  private constructor(child: ChildProcess, port: number, output: string) {
    this.#child = child;
    this.port = port;
    this.#output = output;
  }

  /** Resolves when the port takes connections; throws with what the program said if it ends before. */
  static async start(folder: string, port: number, command: readonly string[]): Promise<ServerProgram> {
    const [program = '', ...args] = command;
    const output = path.join(folder, `${path.basename(program)}-${port}.out`);
    const file = openSync(output, 'w');
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', file, file] });
    closeSync(file);
    let failure = '';
    child.once('error', (error) => {
      failure = error.message;
    });
    const server = new ServerProgram(child, port, output);
    running.add(server);
    for (let attempt = 0; !(await accepts(port)); attempt += 1) {
      if (failure !== '' || child.exitCode !== null || attempt > 500) {
        await server.stop();
        throw new Error(`${program} did not start: ${failure} ${readFileSync(output, 'utf8')}`);
      }
      await wait(20);
    }
    return server;
  }

  /** Ends it; what it wrote to stdout and stderr, line by line. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<string[]> {
    running.delete(this);
    const { exitCode, signalCode, pid } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill(signal);
      await ended;
    }
    return linesOf(this.#output);
  }
}

export function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** An empty folder for one file of tests; `remove` ends the servers that still run in this process's tests. */
export function serverFolder(): { readonly path: string; remove(): Promise<void> } {
  const made = mkdtempSync(path.join(os.tmpdir(), 'loadline-servers-'));
  return {
    path: made,
    remove: async () => {
      for (const server of running) await server.stop('SIGKILL');
      rmSync(made, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Runs a command to its end, such as a compiler; throws with what it said if it fails. */
export function build(folder: string, command: readonly string[]): void {
  const [program = '', ...args] = command;
  const { status, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}
