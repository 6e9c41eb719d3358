import { spawn } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isObject } from '../document.ts';
import { LabError } from '../lab-error.ts';
import { RequestFault } from '../request-fault.ts';

/** The service that must have entered an access before the data may be given out. */
export interface Dependency {
  readonly pid: number;
  /** Answers when the access is entered; a RequestFault (502) when it cannot be. */
  enter(resource: string, id: number | undefined): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL connections that the service holds beside the API's. */
export const dependencyConnections = 1;

const answerLimitMs = 20_000;

/** Starts the service in a process of its own, which ends with this one however it ends. */
export async function startDependency(databaseUrl: string, commits: number): Promise<Dependency> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./dependency-service.ts', import.meta.url))],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  child.stdin.on('error', () => undefined).write(`${JSON.stringify({ databaseUrl, commits })}\n`);
  const firstLine = new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  );
  const said: unknown = JSON.parse((await Promise.race([firstLine, ended.then(() => '{}')])) || '{}');
  if (!isObject(said) || typeof said.url !== 'string') {
    await stop();
    throw faultIn(said);
  }
  const url = new URL(said.url);
  const agent = new Agent({ keepAlive: true });
  return {
    pid: child.pid ?? 0,
    async enter(resource, id) {
      const status = await post(agent, url, JSON.stringify({ resource, entity: id ?? null }));
      if (status !== 204) {
        throw new RequestFault(
          502,
          'access-not-entered',
          `the register of accesses answered ${status ?? 'nothing'}`,
        );
      }
    },
    async stop() {
      agent.destroy();
      await stop();
    },
  };
}

/** The status of the answer; `undefined` when there was none. */
function post(agent: Agent, url: URL, body: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = httpRequest(url, { method: 'POST', agent, headers, timeout: answerLimitMs }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(undefined)).once('close', () => resolve(undefined));
    sent.end(body);
  });
}

function faultIn(said: unknown): LabError {
  if (isObject(said) && typeof said.message === 'string' && typeof said.remedy === 'string') {
    return new LabError(String(said.code), said.message, said.remedy);
  }
  return new LabError(
    'no-dependency',
    'the slow dependency did not start',
    'leave `--dependency-commits` away',
  );
}
