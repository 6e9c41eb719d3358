import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { LabError } from '../lab-error.ts';
import { identify, isAlive, type ProcessIdentity } from '../process-identity.ts';
import {
  type BalancedServer,
  type BalancerLimits,
  backend,
  haproxyConfig,
  serverOptions,
} from './haproxy-config.ts';
import { type BalancerReading, readBalancer } from './haproxy-reading.ts';
import { type HaproxyRuntime, openRuntime } from './haproxy-runtime.ts';
import type { Running } from './running.ts';
import { startService } from './service.ts';
import type { StackState } from './state.ts';
import { systemProgram } from './system-program.ts';

/** HAProxy in front of the API instances; its operations are to be called one after the other. */
export interface Balancer extends Running {
  readonly url: string;
  /** Of its Prometheus exporter. */
  readonly metricsUrl: string;
  /** Sends requests to one more instance, which must already answer. */
  add(server: BalancedServer): Promise<void>;
  /**
   * Sends an instance nothing new and waits until it has answered what it holds. After a reload that is when the former
   * worker has ended too, or the instance is seen to be down: that worker goes by what there was before.
   *
   * @throws LabError `not-drained` after 60 s; the instance is in use again then.
   */
  takeOut(name: string): Promise<void>;
  /** Uses an instance again that was taken out, on the port where it now answers. */
  bringBack(server: BalancedServer): Promise<void>;
  /** Forgets an instance that was taken out. */
  remove(name: string): Promise<void>;
  /** Another worker with the same servers; the former one answers what it holds and ends within 30 s. */
  reload(): Promise<void>;
  read(): Promise<BalancerReading>;
}

const drainLimitMs = 60_000;
const changeLimitMs = 10_000;
const pollMs = 15;
/** 108 bytes for the name of a socket, of which HAProxy adds up to 16 while it makes it. */
const socketNameLimit = 90;

/**
 * Writes the configuration, lets HAProxy check it, and starts it as master and worker: the master's pid stays through
 * reloads, and its worker ends with it however it ends.
 *
 * @throws LabError when haproxy is missing (with its package), the port is taken, or it does not start.
 */
export async function startHaproxy(
  state: StackState,
  options: {
    readonly limits: BalancerLimits;
    readonly servers: readonly BalancedServer[];
    /** On 127.0.0.1; 0 takes a free one. */
    readonly port: number;
  },
): Promise<Balancer> {
  const program = systemProgram('haproxy', 'haproxy');
  const { limits } = options;
  const socket = socketIn(state.folder);
  const port = options.port === 0 ? await freePort() : options.port;
  const metricsPort = await freePort();
  const servers = new Map(options.servers.map((server) => [server.name, checked(server)]));
  const file = join(state.folder, 'haproxy.cfg');
  const configure = async () => {
    const text = haproxyConfig({ limits, servers: [...servers.values()], port, metricsPort, socket });
    writeFileSync(file, text, { mode: 0o600 });
    await check(program, file);
  };
  await configure();
  const runtime = openRuntime(socket);
  const running = await startService(state, {
    name: 'haproxy',
    url: `http://127.0.0.1:${port}`,
    program,
    args: ['-W', '-f', file],
    isReady: async () => (await runtime.workerPid()) > 0,
  }).catch((error: unknown) => {
    throw error instanceof Error && error.message.includes('cannot bind socket')
      ? portTaken(port, error)
      : error;
  });
  let former: readonly ProcessIdentity[] = [];
  return {
    ...running,
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    async add(given) {
      const server = checked(given);
      const id = idOf(server.name);
      await runtime.change(
        `add server ${id} 127.0.0.1:${server.port} ${serverOptions(limits)}`,
        `enable health ${id}`,
        `set server ${id} state ready`,
      );
      servers.set(server.name, server);
    },
    async takeOut(name) {
      const server = known(servers, name);
      await drain(runtime, name, () => former.some(isAlive));
      servers.set(name, { ...server, isOut: true });
    },
    async bringBack({ name, port: now }) {
      const server = checked({ name, port: now });
      known(servers, name);
      const id = idOf(name);
      await runtime.change(`set server ${id} addr 127.0.0.1 port ${now}`, `set server ${id} state ready`);
      servers.set(name, server);
    },
    async remove(name) {
      known(servers, name);
      await forget(runtime, name);
      servers.delete(name);
    },
    async reload() {
      await configure();
      const before = await runtime.workerPid();
      former = [...former.filter(isAlive), ...[identify(before)].filter((each) => each !== undefined)];
      process.kill(running.pid, 'SIGUSR2');
      // While the socket changes hands, nobody may answer.
      const isReplaced = async () => (await runtime.workerPid().catch(() => before)) !== before;
      if (await within(changeLimitMs, isReplaced)) return;
      const log = join(state.folder, 'haproxy.log');
      throw new LabError('haproxy-not-reloaded', 'HAProxy has no new worker', `see ${log}`);
    },
    read: () => readBalancer(runtime),
  };
}

async function drain(runtime: HaproxyRuntime, name: string, isAnotherAtIt: () => boolean): Promise<void> {
  await runtime.change(`set server ${idOf(name)} state drain`);
  const isIdle = async () => {
    const server = (await readBalancer(runtime)).servers.find((each) => each.name === name);
    if (server === undefined || server.inFlight + server.queued > 0) return false;
    return server.status === 'DOWN' || !isAnotherAtIt();
  };
  if (await within(drainLimitMs, isIdle)) return runtime.change(`set server ${idOf(name)} state maint`);
  await runtime.change(`set server ${idOf(name)} state ready`);
  throw new LabError(
    'not-drained',
    `${name} still answers requests after ${drainLimitMs / 1000} s`,
    'try again with less load',
  );
}

/** A server that still has an idle connection is not deleted: it may take a moment. */
async function forget(runtime: HaproxyRuntime, name: string): Promise<void> {
  let refusal: unknown;
  const isDeleted = () =>
    runtime.change(`del server ${idOf(name)}`).then(
      () => true,
      (error: unknown) => {
        refusal = error;
        return false;
      },
    );
  if (!(await within(changeLimitMs, isDeleted))) throw refusal;
}

function portTaken(port: number, cause: Error): LabError {
  return new LabError(
    'port-taken',
    `port ${port} of 127.0.0.1 cannot be used`,
    'choose another `--port`, or 0',
    cause,
  );
}

function idOf(name: string): string {
  return `${backend}/${name}`;
}

function known(servers: ReadonlyMap<string, BalancedServer>, name: string): BalancedServer {
  const server = servers.get(name);
  if (server !== undefined) return server;
  throw new LabError(
    'no-such-instance',
    `the balancer has no instance ${name}`,
    'this is a fault of the lab',
  );
}

/** Both go into commands and the configuration, where a line break or a space would begin another one. */
function checked(server: BalancedServer): BalancedServer {
  const { name, port } = server;
  if (/^[a-z][a-z0-9-]{0,30}$/.test(name) && Number.isInteger(port) && port > 0 && port < 65_536)
    return server;
  const told = `${JSON.stringify(name)} at ${port}`;
  throw new LabError(
    'bad-instance',
    `${told} cannot be an instance of the balancer`,
    'this is a fault of the lab',
  );
}

function socketIn(folder: string): string {
  const socket = join(folder, 'haproxy.sock');
  if (Buffer.byteLength(socket) <= socketNameLimit) return socket;
  throw new LabError('folder-too-deep', `${socket} is too long for a socket`, 'set TMPDIR to a shorter path');
}

async function check(program: string, file: string): Promise<void> {
  try {
    await promisify(execFile)(program, ['-c', '-q', '-f', file], { timeout: changeLimitMs });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new LabError(
      'haproxy-config',
      `HAProxy refuses its configuration: ${words}`,
      'this is a fault of the lab',
      error,
    );
  }
}

/** Whether something came true before the time was over. */
async function within(limitMs: number, isTrue: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
}
