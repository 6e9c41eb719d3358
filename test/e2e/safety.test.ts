import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Analysis, analysisSchema } from '../../src/analyse/analysis.ts';
import { readRun } from '../../src/record/run-file.ts';
import { folder, loadline, runFiles, start, until } from './loadline.ts';

let dir = folder();
beforeEach(() => {
  dir = folder();
});
afterEach(() => dir.remove());

const write = (name: string, text: string): void => writeFileSync(path.join(dir.path, name), text);
const analysisIn = (name: string): Analysis =>
  analysisSchema.parse(JSON.parse(readFileSync(path.join(dir.path, name), 'utf8')));

async function withServer(status: number, use: (url: string, seen: () => number) => Promise<void>) {
  let seen = 0;
  const server = createServer((_request, response) => {
    seen += 1;
    response.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => seen);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('exit code 2: a target that is not this machine is refused before any connection', () => {
  // Addresses that belong to nobody (RFC 5737, RFC 3849); a name would have to be looked up.
  const rows: [string, string, string[], RegExp][] = [
    [
      'in the plan',
      'target: http://192.0.2.1:8080',
      [],
      /http:\/\/192\.0\.2\.1:8080 is not on this machine, and the plan does not allow it; nothing was sent\n {2}If it is yours to load, write allow: \["http:\/\/192\.0\.2\.1:8080"\] in the plan, or give --yes-i-may/,
    ],
    ['over IPv6', "target: 'https://[2001:db8::1]'", [], /https:\/\/\[2001:db8::1\] is not on this machine/],
    [
      'on the command line, though the plan allows another',
      "target: http://127.0.0.1:1\nallow: ['http://192.0.2.1']",
      ['--target', 'http://192.0.2.2'],
      /http:\/\/192\.0\.2\.2 is not on this machine/,
    ],
    [
      'on another port than the plan allows',
      "target: http://192.0.2.1:8080\nallow: ['http://192.0.2.1']",
      [],
      /http:\/\/192\.0\.2\.1:8080 is not on this machine/,
    ],
  ];
  for (const [name, target, args, message] of rows) {
    it(name, async () => {
      write('plan.yaml', `${target}\nendpoints: [GET /]\nload: { users: 1, duration: 1s }\n`);
      const { code, stdout, stderr } = await loadline(['run', 'plan.yaml', ...args], dir.path);
      expect({ code, stdout, told: message.test(stderr), stderr }).toMatchObject({
        ...{ code: 2, stdout: '', told: true },
      });
      expect(readdirSync(dir.path)).toEqual(['plan.yaml']);
    });
  }
});

describe('exit code 2: a plan above the limits of the command line', () => {
  const rows: [string, string, string[], RegExp][] = [
    [
      'users',
      'users: [1, 10, 50]',
      ['--max-users', '9'],
      /--max-users: expected at most 9 users in stage 2, received 10 users\..*\n.*in stage 3, received 50 users/,
    ],
    [
      'users of the command line',
      'users: 1',
      ['--max-users', '9', '--users', '10'],
      /at most 9 users in stage 1/,
    ],
    [
      'rate',
      'rate: [5, 100]',
      ['--max-rate', '50'],
      /--max-rate: expected at most 50 requests\/s in stage 2, received 100 requests\/s/,
    ],
    ['a limit that is none', 'users: 1', ['--max-rate', '0'], /--max-rate: expected requests per second/],
  ];
  for (const [name, load, args, message] of rows) {
    it(name, async () => {
      write('plan.yaml', `target: http://127.0.0.1:1\nendpoints: [GET /]\nload: { ${load} }\n`);
      const { code, stderr } = await loadline(['run', 'plan.yaml', ...args], dir.path);
      expect({ code, told: message.test(stderr), stderr }).toMatchObject({ code: 2, told: true });
      expect(readdirSync(dir.path)).toEqual(['plan.yaml']);
    });
  }
});

describe('exit code 1: the run stops itself', () => {
  it("at the plan's abort condition: what was measured is kept, and the analysis says why", async () => {
    await withServer(500, async (url, seen) => {
      write(
        'plan.yaml',
        `target: ${url}\nendpoints: [GET /]\nload: { users: [5, 9], duration: 60s, thinkTime: 20ms }\nabort: { errors: 20%, after: 1s }\n`,
      );
      const { code, stderr } = await loadline(['run', 'plan.yaml', '--json', 'a.json'], dir.path);
      expect(code, stderr).toBe(1);
      expect(stderr).toMatch(/^stopped: stage 1: \d+ of \d+ requests \(100 %\) failed/m);
      const analysis = analysisIn('a.json');
      expect(analysis.run.stoppedBecause).toMatch(/^stage 1: .* more than the 20 %/);
      expect(analysis.summary.requests).toMatchObject({ total: seen(), ok: 0 });
      const [file = ''] = runFiles(dir.path);
      const run = readRun(file);
      expect(run.state).toBe('interrupted');
      expect(run.stages).toHaveLength(1);
      expect(run.events.map(({ kind }) => kind)).toContain('abort');
      const again = await loadline(['analyse', 'latest', '--quiet'], dir.path);
      expect(again.code).toBe(1);
    });
  });

  it('when users bring more than --max-rate', async () => {
    await withServer(200, async (url) => {
      write('plan.yaml', `target: ${url}\nendpoints: [GET /]\nload: { users: 5, duration: 60s }\n`);
      const { code, stderr } = await loadline(['run', 'plan.yaml', '--max-rate', '1'], dir.path);
      expect(code, stderr).toBe(1);
      expect(stderr).toMatch(/more than the 1 that --max-rate allows/);
    });
  });
});

describe('calibrate', () => {
  it('exit code 0; the runs of the same folder are compared with it', async () => {
    const first = await loadline(
      ['calibrate', '--workers', '1', '--duration', '100ms', '--json', 'c.json'],
      dir.path,
    );
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/This machine's generator carries (about|at least) [\d,]+ requests\/s with/);
    const figures: unknown = JSON.parse(readFileSync(path.join(dir.path, 'c.json'), 'utf8'));
    expect(figures).toMatchObject({ kind: 'calibration', ceilings: [{ workers: 1 }] });
    await withServer(200, async (url) => {
      write(
        'plan.yaml',
        `target: ${url}\nendpoints: [GET /]\nload: { users: 2, duration: 2s, thinkTime: 50ms }\n`,
      );
      const checkedWith = async (workers: string): Promise<string | undefined> => {
        await loadline(['run', 'plan.yaml', '--workers', workers, '--quiet', '--json', 'a.json'], dir.path);
        const [stage] = analysisIn('a.json').validity.stages;
        return stage?.checks.find(({ check }) => check === 'generator-ceiling')?.outcome;
      };
      expect(await checkedWith('1')).toBe('pass');
      expect(await checkedWith('2')).toBe('not-checked');
    });
  });

  it('exit code 130 when it is interrupted, and nothing is kept', async () => {
    const running = start(['calibrate', '--workers', '1', '--duration', '30s'], dir.path);
    await until(() => /measuring/.test(running.stderr()), 'progress');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(existsSync(path.join(dir.path, '.loadline'))).toBe(false);
  });

  it('exit code 2 for a duration that is none', async () => {
    const { code, stderr } = await loadline(['calibrate', '--duration', '5'], dir.path);
    expect(code).toBe(2);
    expect(stderr).toContain('expected a duration from 100ms to 60s, received "5"');
  });
});

describe('a certificate that is not checked is said aloud', () => {
  const pem = (name: string) => readFileSync(new URL(`../tls/${name}.pem`, import.meta.url), 'utf8');
  const server = createTlsServer({ key: pem('key'), cert: pem('cert') }, (_request, response) => {
    response.end('{}');
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const rows: [string, string, string[], number][] = [
    ['not checked', 'tls: { verify: false }', [], 1],
    ['not checked, in quiet', 'tls: { verify: false }', ['--quiet'], 1],
    ['checked against an own authority', 'tls: { ca: cert.pem }', [], 0],
  ];
  for (const [name, tls, args, warnings] of rows) {
    it(name, async () => {
      write('cert.pem', pem('cert'));
      write(
        'plan.yaml',
        `target: ${url}\nendpoints: [GET /]\n${tls}\nload: { users: 1, duration: 1s, thinkTime: 20ms }\n`,
      );
      const { stderr } = await loadline(['run', 'plan.yaml', '--json', 'a.json', ...args], dir.path);
      const told = stderr.split('\n').filter((line) => line.startsWith('warning: the certificate of '));
      expect(told).toEqual(
        Array.from(
          { length: warnings },
          () =>
            `warning: the certificate of ${url} is not checked (tls: { verify: false }): whoever answers is believed`,
        ),
      );
      const { statements } = analysisIn('a.json').methodology;
      expect(statements.filter((statement) => statement.includes('was not checked'))).toHaveLength(warnings);
    });
  }
});
