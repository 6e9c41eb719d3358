/**
 * How each peer is told to load one URL over so many kept connections, as fast as the answers come, for so long: in the
 * cheapest way that it documents for that.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { peerTools } from '../peers/peer-tools.ts';

export type Peer = {
  readonly name: string;
  /** Null: not installed. */
  readonly version: string | null;
  readonly command: (url: string, connections: number, seconds: number) => readonly string[];
  readonly env?: (seconds: number) => Readonly<Record<string, string>>;
  /** What Loadline's CPU a request may be of this one's, at most; null: only measured. */
  readonly reach: number | null;
};

const beside = (...names: string[]): string => path.join(import.meta.dirname, '..', ...names);

function tool(name: string): { name: string; version: string | null; program: string } {
  const found = peerTools.find((peer) => peer.name === name);
  if (found === undefined) throw new Error(`no peer ${name}`);
  return { name, version: found.installed(), program: found.program };
}

export const wrk: Peer = {
  name: 'wrk',
  version: 'of the system',
  command: (url, connections, seconds) => ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, url],
  // engine.ts holds Loadline against it, the start left out.
  reach: null,
};

const autocannonProgram = beside('node_modules', 'autocannon', 'autocannon.js');
export const autocannon: Peer = {
  name: 'autocannon',
  version: existsSync(autocannonProgram) ? 'of bench/package-lock.json' : null,
  command: (url, connections, seconds) =>
    [process.execPath, autocannonProgram, '-c', connections, '-d', seconds, '-j', '-n', url].map(String),
  reach: 0.5,
};

const { program: heyProgram, ...hey } = tool('hey');
const { program: ohaProgram, ...oha } = tool('oha');
const { program: vegetaProgram, ...vegeta } = tool('vegeta');
const { program: k6Program, ...k6 } = tool('k6');
const { program: locustProgram, ...locust } = tool('locust');
const { program: artilleryProgram, ...artillery } = tool('artillery');

export const peers: readonly Peer[] = [
  wrk,
  autocannon,
  {
    ...hey,
    command: (url, connections, seconds) =>
      [heyProgram, '-z', `${seconds}s`, '-c', connections, url].map(String),
    reach: 0.45,
  },
  {
    ...oha,
    command: (url, connections, seconds) =>
      [ohaProgram, '-z', `${seconds}s`, '-c', connections, '--no-tui', url].map(String),
    reach: null,
  },
  {
    ...vegeta,
    // No rate: each worker sends again when its answer is there. What it records (every answer) goes nowhere.
    command: (url, connections, seconds) => [
      'sh',
      '-c',
      `echo 'GET ${url}' | '${vegetaProgram}' attack -rate 0 -workers ${connections} -max-workers ${connections} -connections ${connections} -duration ${seconds}s -output /dev/null`,
    ],
    reach: null,
  },
  {
    ...k6,
    command: (url, connections, seconds) => [
      k6Program,
      'run',
      '--quiet',
      '--no-usage-report',
      '--vus',
      String(connections),
      '--duration',
      `${seconds}s`,
      '--env',
      `URL=${url}`,
      beside('peers', 'k6-script.js'),
    ],
    reach: 0.2,
  },
  {
    ...locust,
    command: (url, connections, seconds) => [
      locustProgram,
      '--headless',
      '--only-summary',
      '--locustfile',
      beside('peers', 'locustfile.py'),
      '--host',
      new URL(url).origin,
      '--users',
      String(connections),
      '--spawn-rate',
      String(connections),
      '--run-time',
      `${seconds}s`,
    ],
    reach: 0.2,
  },
  {
    ...artillery,
    command: (url) => [
      process.execPath,
      artilleryProgram,
      'run',
      '--quiet',
      '--target',
      new URL(url).origin,
      beside('peers', 'artillery.yml'),
    ],
    env: (seconds) => ({ BENCH_SECONDS: String(seconds), ARTILLERY_DISABLE_TELEMETRY: 'true' }),
    reach: 0.2,
  },
];
