import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folder, loadline, root, runFiles } from './loadline.ts';

let dir = folder();
beforeEach(() => {
  dir = folder();
});
afterEach(() => dir.remove());

const write = (name: string, text: string): void => writeFileSync(path.join(dir.path, name), text);

async function unusedPort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('exit code 2', () => {
  it('a wrong plan: every fault with its place and a hint, and nothing is sent', async () => {
    write(
      'plan.yaml',
      'target: http://127.0.0.1:1\nendpoints:\n  - GET posts\nload:\n  users: 10\n  spawnrate: 2\n  duration: 60\n',
    );
    const { code, stderr, stdout } = await loadline(['run', 'plan.yaml'], dir.path);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('plan.yaml:3:5');
    expect(stderr).toContain('plan.yaml:6:3');
    expect(stderr).toMatch(/did you mean "?spawnRate"?/);
    expect(stderr).toContain('plan.yaml:7:13');
    expect(readdirSync(dir.path)).toEqual(['plan.yaml']);
  });

  const rows: [string, string[], RegExp][] = [
    ['an unknown command', ['rnu'], /did you mean run/i],
    ['an unknown option', ['run', 'p.yaml', '--user', '3'], /did you mean --users/i],
    ['a missing plan', ['run', 'no.yaml'], /no\.yaml/],
    [
      'users that are none',
      ['run', 'plan.json', '--users', 'ten'],
      /--users: expected numbers such as 10,50,100/,
    ],
    [
      'a duration without a unit',
      ['run', 'plan.json', '--duration', '60'],
      /--duration: expected a duration such as 60s/,
    ],
    ['no workers', ['run', 'plan.json', '--workers', '0'], /--workers: expected a whole number from 1/],
    ['a run that is not there', ['report', 'nothing'], /there is no run nothing/],
    ['a run file that is none', ['analyse', 'plan.json'], /plan\.json/],
    ['an unknown format', ['report', 'latest', '--format', 'pdf'], /there is no format "pdf"/],
    ['a Locust stage without users', ['analyse', '--from', 'locust', 'a.csv'], /expected USERS=FILE/],
  ];
  for (const [name, args, message] of rows) {
    it(name, async () => {
      write('plan.json', '{"target": "http://127.0.0.1:1", "endpoints": ["GET /"], "load": {"users": 1}}');
      const { code, stderr } = await loadline(args, dir.path);
      expect({ code, told: message.test(stderr), stderr }).toMatchObject({ code: 2, told: true });
    });
  }
});

describe('the open model', () => {
  it('runs at the rates asked, and its users are not asked for', async () => {
    const server = createServer((_request, response) => response.end('ok'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      write(
        'plan.yaml',
        `target: http://127.0.0.1:${(server.address() as AddressInfo).port}\nendpoints: [GET /]\nload: { rate: 10, duration: 1s }\n`,
      );
      const { code, stderr } = await loadline(
        ['run', 'plan.yaml', '--rate', '50,100', '--json', 'a.json'],
        dir.path,
      );
      expect([0, 1, 3]).toContain(code);
      expect(stderr).toContain('stage 2/2: 100 requests/s asked for 1 s after settling for 0 s');
      const analysis: unknown = JSON.parse(readFileSync(path.join(dir.path, 'a.json'), 'utf8'));
      expect(analysis).toMatchObject({
        stages: [
          { users: null, askedRate: 50 },
          { users: null, askedRate: 100 },
        ],
      });
      const refused = await loadline(['run', 'plan.yaml', '--users', '5'], dir.path);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('--users: expected a plan with load.users');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('exit code 4', () => {
  it('nobody listens: said with a hint, and no run is left', async () => {
    write('plan.json', '{"target": "http://127.0.0.1:3000", "endpoints": ["GET /"], "load": {"users": 1}}');
    const { code, stderr } = await loadline(
      ['run', 'plan.json', '--target', `http://127.0.0.1:${await unusedPort()}`],
      dir.path,
    );
    expect(code).toBe(4);
    expect(stderr).toMatch(/connection was refused\n.*Is the server started/);
    expect(readdirSync(dir.path)).toEqual(['plan.json']);
  });
});

describe('secrets of the environment', () => {
  it('reach the target and nothing that is written', async () => {
    const seen = new Set<string>();
    const server = createServer((request, response) => {
      seen.add(`${request.headers.authorization} ${request.headers['x-key']} ${request.url}`);
      response.writeHead(500).end('no');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      write(
        'plan.yaml',
        `target: http://127.0.0.1:${port}\nauth: { bearer: "\${API_TOKEN}" }\nheaders: { x-key: "\${API_KEY}" }\nendpoints: [{ request: GET /, query: { k: "\${API_KEY}" } }]\nload: { users: 2, duration: 1s }\n`,
      );
      const env = { API_TOKEN: 'tok-4f9d2c71aa', API_KEY: 'key-81be03f6dd' };
      const { code, stdout, stderr } = await loadline(
        ['run', 'plan.yaml', '--out', 'out', '--json', 'a.json'],
        dir.path,
        env,
      );
      expect([...seen]).toEqual([`Bearer ${env.API_TOKEN} ${env.API_KEY} /?k=${env.API_KEY}`]);
      expect([1, 3]).toContain(code);
      const written = [
        stdout,
        stderr,
        readFileSync(path.join(dir.path, 'a.json'), 'latin1'),
        ...runFiles(dir.path).map((file) => readFileSync(file, 'latin1')),
        ...readdirSync(path.join(dir.path, 'out')).map((name) =>
          readFileSync(path.join(dir.path, 'out', name), 'latin1'),
        ),
      ].join('\n');
      for (const secret of Object.values(env)) expect(written.includes(secret)).toBe(false);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('init', () => {
  it('writes a plan that is valid, and never over another', async () => {
    const first = await loadline(['init', `http://127.0.0.1:${await unusedPort()}`], dir.path);
    expect(first.code).toBe(0);
    const run = await loadline(['run', 'loadline.yaml'], dir.path);
    expect(run.code, run.stderr).toBe(4);
    const second = await loadline(['init'], dir.path);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('exists already');
  });
});

describe('another tool', () => {
  it("analyses the reference document's figures from Locust's files", async () => {
    const reference = path.join(root, 'test/reference');
    const stages = [10, 50, 100].map((users) => `${users}=${path.join(reference, `${users}_stats.csv`)}`);
    const { code, stdout } = await loadline(
      ['analyse', '--from', 'locust', '--plan', path.join(reference, 'plan.yaml'), ...stages],
      dir.path,
    );
    expect(code).toBe(1);
    expect(stdout).toContain('8/8');
    expect(stdout).toContain('1/8');
  });
});
