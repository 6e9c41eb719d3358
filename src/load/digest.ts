import { createHash, randomBytes } from 'node:crypto';

/** What a server asked for with `WWW-Authenticate: Digest …`, of the parts that an answer needs. */
export type Challenge = {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess';
  /** Null: a server of RFC 2069, without counted requests. */
  readonly qop: 'auth' | null;
};

const algorithms: readonly Challenge['algorithm'][] = ['SHA-256', 'SHA-256-sess', 'MD5', 'MD5-sess'];

/** The strongest Digest challenge among a header's lines that can be answered; null: there is none. */
export function parseChallenge(lines: readonly string[]): Challenge | null {
  const challenges = lines
    .flatMap((line) => line.split(/(?=\bDigest\s)/i))
    .flatMap((part) => challengeOf(part) ?? []);
  challenges.sort((a, b) => algorithms.indexOf(a.algorithm) - algorithms.indexOf(b.algorithm));
  return challenges[0] ?? null;
}

function challengeOf(text: string): Challenge | null {
  const body = /^Digest\s+(.*)$/is.exec(text.trim())?.[1];
  if (body === undefined) return null;
  const found = new Map<string, string>();
  for (const match of body.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    const [, name = '', quoted, bare = ''] = match;
    found.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1'));
  }
  const realm = found.get('realm');
  const nonce = found.get('nonce');
  const named = (found.get('algorithm') ?? 'MD5').toLowerCase();
  const algorithm = algorithms.find((one) => one.toLowerCase() === named);
  const offered = found
    .get('qop')
    ?.split(',')
    .map((one) => one.trim().toLowerCase());
  if (realm === undefined || nonce === undefined || algorithm === undefined) return null;
  if (offered !== undefined && !offered.includes('auth')) return null;
  return { realm, nonce, opaque: found.get('opaque') ?? null, algorithm, qop: offered ? 'auth' : null };
}

export type DigestRequest = {
  readonly user: string;
  readonly password: string;
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly uri: string;
  /** How many requests were made with this nonce, this one included. */
  readonly count: number;
  /** The client's own nonce; a random one unless given. */
  readonly cnonce?: string;
};

/** Value of the Authorization header that answers a challenge (RFC 7616 §3.4; its examples are the tests). */
export function digestAuthorization(challenge: Challenge, request: DigestRequest): string {
  const { realm, nonce, opaque, algorithm, qop } = challenge;
  const { user, password, method, uri, count } = request;
  const hash = (text: string): string =>
    createHash(algorithm.startsWith('SHA') ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const cnonce = request.cnonce ?? randomBytes(16).toString('hex');
  const nc = count.toString(16).padStart(8, '0');
  const secret = hash(`${user}:${realm}:${password}`);
  const a1 = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const a2 = hash(`${method}:${uri}`);
  const response = hash(
    qop === null ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`,
  );
  const parts = [
    `username="${quotable(user)}"`,
    `realm="${quotable(realm)}"`,
    `uri="${quotable(uri)}"`,
    `algorithm=${algorithm}`,
    `nonce="${quotable(nonce)}"`,
    ...(qop === null && !algorithm.endsWith('-sess') ? [] : [`cnonce="${cnonce}"`]),
    ...(qop === null ? [] : [`nc=${nc}`, `qop=${qop}`]),
    `response="${response}"`,
    ...(opaque === null ? [] : [`opaque="${quotable(opaque)}"`]),
  ];
  return `Digest ${parts.join(', ')}`;
}

function quotable(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
