import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Route, ServerConfig, Step } from './server-config.ts';

export type StartedServer = {
  /** `http://127.0.0.1:34567` */
  readonly url: string;
  /** Of the server's own processes: those that answer requests, without the backing process. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
};

const stopLimitMs = 3000;
const programs = path.join(import.meta.dirname, 'programs');

/** Starts the server and the processes that it waits for. They end with this one, however that ends. */
export function startServer(config: ServerConfig): Promise<StartedServer> {
  const serving = (one: ServerConfig, { start, node }: Children, backing: number): Promise<number> => {
    const args = [JSON.stringify(one), String(backing)];
    return one.stack === 'node'
      ? node('node-server.ts', ...args)
      : start('python3', path.join(programs, 'python-server.py'), ...args);
  };
  return withChildren(async (children) => {
    const { backingConnections: most, unevenInstances: uneven } = config;
    const backing = await children.node('backing.ts', ...(most === null ? [] : [String(most)]));
    if (uneven === null) return { port: await serving(config, children, backing), others: 1 };
    const ports: string[] = [];
    for (let i = 1; i <= uneven.count; i += 1) {
      const one = i === uneven.count ? slowed(config, uneven.slower) : config;
      ports.push(String(await serving(one, children, backing)));
    }
    return { port: await children.node('balancer.ts', ...ports), others: 1 };
  });
}

/** The server that a generator's ceiling is measured with. */
export function startNullServer(): Promise<StartedServer> {
  return withChildren(async ({ node }) => ({ port: await node('null-server.ts'), others: 0 }));
}

type Children = {
  /** Starts a program; resolves with its port. */
  readonly start: (command: string, ...args: readonly string[]) => Promise<number>;
  readonly node: (program: string, ...args: readonly string[]) => Promise<number>;
};

/** `others`: how many of the children, the first ones, are not the server's own. */
async function withChildren(
  work: (children: Children) => Promise<{ readonly port: number; readonly others: number }>,
): Promise<StartedServer> {
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
  };
  const start: Children['start'] = (command, ...args) => {
    // Its own group: Ctrl-C at the terminal is for the scoreboard, which stops it when it is done.
    const child = spawn(command, args, { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    return portOf(child);
  };
  const node: Children['node'] = (program, ...args) =>
    start(process.execPath, '--disable-warning=ExperimentalWarning', path.join(programs, program), ...args);
  try {
    const { port, others } = await work({ start, node });
    const pids = children.slice(others).flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    return { url: `http://127.0.0.1:${port}`, pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function slowed(config: ServerConfig, factor: number): ServerConfig {
  const slower = (step: Step): Step =>
    step.do === 'compute' || step.do === 'compute-aside' ? { ...step, ms: step.ms * factor } : step;
  return {
    ...config,
    routes: config.routes.map((route): Route => ({ ...route, steps: route.steps.map(slower) })),
  };
}

function portOf(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { stdout, stdin } = child;
  stdin?.on('error', () => undefined);
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`a server ended with code ${code} before it listened`)));
  if (stdout === null) reject(new Error('a server has no output'));
  else
    createInterface({ input: stdout }).once('line', (line) => {
      const told: { readonly port: number } = JSON.parse(line);
      resolve(told.port);
    });
  return promise;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await ended;
  clearTimeout(impatience);
}
