import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { asItIs, type Expander } from './environment.ts';
import { type Issue, issue, quoted } from './fault.ts';
import { limits } from './limits.ts';
import type { ResolvedPlan, TlsOptions } from './plan.ts';
import type { Report } from './plan-text.ts';
import { type ReadFile, readBytes } from './resolve-data.ts';

type Around = { readonly expand: Expander; readonly readFile: ReadFile; readonly report: Report };

/** PEM texts of the files that a plan's `tls` names. */
export async function resolveTls(
  tls: TlsOptions,
  around: Around,
): Promise<Pick<ResolvedPlan, 'ca' | 'clientCertificate'>> {
  const ca = tls.ca === null ? null : await readPem('ca', tls.ca, certificates, around);
  if (tls.cert === undefined || tls.key === undefined) return { ca };
  const cert = await readPem('cert', tls.cert, certificates, around);
  const key = await readPem('key', tls.key, privateKey, around);
  const passphrase =
    tls.passphrase === undefined ? null : around.expand(tls.passphrase, ['tls', 'passphrase'], asItIs);
  // An empty one is a missing variable, which is a fault already.
  if (cert === null || key === null || passphrase === '') return { ca };
  checkPair({ cert, key, passphrase }, { cert: tls.cert, key: tls.key }, around.report);
  return { ca, clientCertificate: { cert, key, passphrase } };
}

type Kind = { readonly what: string; readonly begin: RegExp; readonly hint: string };

const certificates: Kind = {
  what: 'a file of PEM certificates',
  begin: /-----BEGIN CERTIFICATE-----/,
  hint: 'PEM starts with -----BEGIN CERTIFICATE-----',
};
const privateKey: Kind = {
  what: 'a file with a PEM key',
  begin: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  hint: 'PEM starts with -----BEGIN PRIVATE KEY-----',
};

async function readPem(
  name: 'ca' | 'cert' | 'key',
  file: string,
  { what, begin, hint }: Kind,
  { readFile, report }: Around,
): Promise<string | null> {
  const at = ['tls', name];
  const bytes = await readBytes(file, limits.caBytes, what, at, readFile, report);
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes);
  if (begin.test(text)) return text;
  report(issue(at, what, `${quoted(file)} without any`, hint));
  return null;
}

type Pair = { readonly cert: string; readonly key: string; readonly passphrase: string | null };

/** Reports what a handshake would only fail of: a wrong passphrase, a certificate and a key of different origin. */
function checkPair(pem: Pair, files: { readonly cert: string; readonly key: string }, report: Report): void {
  const certificate = parsedCertificate(pem.cert);
  if (certificate === null)
    report(issue(['tls', 'cert'], 'a file of PEM certificates', `${quoted(files.cert)}: a damaged one`));
  const key = parsedKey(pem);
  if (key === null) report(keyIssue(pem, files.key));
  else if (certificate !== null && !certificate.checkPrivateKey(key)) {
    report(
      issue(['tls', 'key'], `the key of the certificate in ${quoted(files.cert)}`, 'the key of another'),
    );
  }
}

function parsedCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function parsedKey({ key, passphrase }: Pair): KeyObject | null {
  try {
    return createPrivateKey(passphrase === null ? key : { key, passphrase });
  } catch {
    return null;
  }
}

function keyIssue({ key, passphrase }: Pair, file: string): Issue {
  const what = `the passphrase of ${quoted(file)}`;
  if (!/ENCRYPTED/.test(key))
    return issue(['tls', 'key'], 'a file with a PEM key', `${quoted(file)}: a damaged one`);
  return passphrase === null
    ? issue(['tls', 'key'], what, 'none', 'write passphrase: "${KEY_PASSPHRASE}" beside key')
    : issue(['tls', 'passphrase'], what, 'another one');
}
