import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { parsePlanText } from './parse-plan.ts';
import type { ResolvedPlan } from './plan.ts';
import { resolvePlan } from './resolve-plan.ts';
import { planWith } from './testing/faults-of-text.ts';

const usual = { http: 1, policy: { kind: 'per-user' }, to: null, proxy: null };
const address = 'an address such as 127.0.0.1:8080 or unix:/run/app.sock';
const proxy = 'a proxy such as http://127.0.0.1:3128';
const pem = (name: string): string =>
  readFileSync(new URL(`../../test/tls/${name}.pem`, import.meta.url), 'utf8');
const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'very secret' } as const;
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const files: Readonly<Record<string, string>> = {
  'cert.pem': pem('cert'),
  'key.pem': pem('key'),
  'both.pem': pem('cert') + pem('key'),
  'locked.pem': createPrivateKey(pem('key')).export(locked).toString(),
  'stranger.pem': stranger.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'damaged.pem': '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n',
  'damaged-cert.pem': '-----BEGIN CERTIFICATE-----\nabc\n',
};

async function resolve(line: string, env: Readonly<Record<string, string>>) {
  const { outcome, origin } = parsePlanText(planWith({ 5: line }), { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(formatFaults(outcome.faults));
  const readFile = async (file: string): Promise<Uint8Array> => {
    const text = files[file];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return Buffer.from(text);
  };
  return await resolvePlan(outcome.plan, { env, readFile, origin });
}

async function resolved(line: string, env = {}): Promise<ResolvedPlan> {
  const resolution = await resolve(line, env);
  if (resolution.state === 'faulty') throw new Error(formatFaults(resolution.faults));
  return resolution.resolved;
}

describe('resolved', () => {
  test.each([
    ['connect: 127.0.0.1:8080', { to: '127.0.0.1:8080' }],
    ['connect: "${HOST}:8080"', { to: 'api.internal:8080' }],
    ['connect: "unix:${SOCKET}"', { to: 'unix:/run/app.sock' }],
    // A password goes into a URL: what means something there is percent-encoded.
    ['proxy: "http://me:${PASS}@${HOST}:3128"', { proxy: 'http://me:p%40s%2Fs%3A@api.internal:3128' }],
    ['proxy: "http://me:p%40ss@h:3128"', { proxy: 'http://me:p%40ss@h:3128' }],
    ['proxy: "${PROXY}"', { proxy: 'http://me:pass@h:3128' }],
  ])('%s', async (line, expected) => {
    const env = {
      HOST: 'api.internal',
      SOCKET: '/run/app.sock',
      PASS: 'p@s/s:',
      PROXY: 'http://me:pass@h:3128',
    };
    const plan = await resolved(line, env);
    expect(plan.connection).toStrictEqual({ ...usual, ...expected });
    expect(JSON.stringify(plan.plan)).not.toContain('p@s/s:');
  });

  test('nothing where the plan says nothing', async () => {
    const plan = await resolved('');
    expect(plan).not.toHaveProperty('connection');
    expect(plan).not.toHaveProperty('clientCertificate');
    expect(plan.ca).toBeNull();
  });

  test.each([
    ['tls: { cert: cert.pem, key: key.pem }', { cert: pem('cert'), key: pem('key'), passphrase: null }],
    [
      'tls: { cert: both.pem, key: both.pem }',
      { cert: files['both.pem'], key: files['both.pem'], passphrase: null },
    ],
    [
      'tls: { cert: cert.pem, key: locked.pem, passphrase: "${PASS}" }',
      { cert: pem('cert'), key: files['locked.pem'], passphrase: 'very secret' },
    ],
  ])('%s', async (line, certificate) => {
    const plan = await resolved(line, { PASS: 'very secret' });
    expect(plan.clientCertificate).toStrictEqual(certificate);
    expect(JSON.stringify(plan.plan)).not.toContain('very secret');
  });

  test.each([
    [
      'tls: { cert: none.pem, key: key.pem }',
      '5:14 tls.cert: expected a file of PEM certificates, received "none.pem": no such file. Hint: a file is looked for beside the plan\'s file',
    ],
    [
      'tls: { cert: key.pem, key: key.pem }',
      '5:14 tls.cert: expected a file of PEM certificates, received "key.pem" without any. Hint: PEM starts with -----BEGIN CERTIFICATE-----',
    ],
    [
      'tls: { cert: cert.pem, key: cert.pem }',
      '5:29 tls.key: expected a file with a PEM key, received "cert.pem" without any. Hint: PEM starts with -----BEGIN PRIVATE KEY-----',
    ],
    [
      'tls: { cert: cert.pem, key: stranger.pem }',
      '5:29 tls.key: expected the key of the certificate in "cert.pem", received the key of another.',
    ],
    [
      'tls: { cert: cert.pem, key: damaged.pem }',
      '5:29 tls.key: expected a file with a PEM key, received "damaged.pem": a damaged one.',
    ],
    [
      'tls: { cert: damaged-cert.pem, key: key.pem }',
      '5:14 tls.cert: expected a file of PEM certificates, received "damaged-cert.pem": a damaged one.',
    ],
    [
      'tls: { cert: cert.pem, key: locked.pem }',
      '5:29 tls.key: expected the passphrase of "locked.pem", received none. Hint: write passphrase: "${KEY_PASSPHRASE}" beside key',
    ],
    [
      'tls: { cert: cert.pem, key: locked.pem, passphrase: "${TOKEN}" }',
      '5:53 tls.passphrase: expected the passphrase of "locked.pem", received another one.',
    ],
    [
      'tls: { cert: cert.pem, key: locked.pem, passphrase: "${NONE}" }',
      '5:53 tls.passphrase: expected the environment variable NONE, received no such variable. Hint: run it with NONE=… in front',
    ],
    [
      'connect: "${NONE}:80"',
      '5:10 connect: expected the environment variable NONE, received no such variable. Hint: run it with NONE=… in front',
    ],
    ['connect: "${TOKEN}"', `5:10 connect: expected ${address}, received the value of "\${TOKEN}".`],
    [
      'proxy: "http://me:literal@${TOKEN}"',
      `5:8 proxy: expected ${proxy}, received the value of "http://…@\${TOKEN}".`,
    ],
    ['proxy: "${TOKEN}"', `5:8 proxy: expected ${proxy}, received the value of "\${TOKEN}".`],
  ])('faulty: %s', async (line, fault) => {
    const resolution = await resolve(line, { TOKEN: 'secret token' });
    const found = resolution.state === 'faulty' ? formatFaults(resolution.faults) : '';
    expect(found).toBe(`p:${fault}`);
    expect(found).not.toMatch(/secret token|literal/);
  });
});
