import { createHash, scrypt, scryptSync } from 'node:crypto';

/** Signs an answer's body, so that a client can check who made it. */
export type Sign = (body: string) => Promise<string>;

/** Cost of the key derivation: about 2.5 ms of one core and 1 MiB (RFC 7914 names N, r and p). */
const cost = { N: 1024, r: 8, p: 1 };
const keyBytes = 24;

/** `eventLoop`: derives the signature with `scryptSync`, and every other request waits. */
export function createSign(secret: string, eventLoop: boolean): Sign {
  const digest = (body: string) => createHash('sha256').update(body).digest();
  if (eventLoop) {
    return async (body) => scryptSync(secret, digest(body), keyBytes, cost).toString('base64url');
  }
  return (body) =>
    new Promise((resolve, reject) => {
      scrypt(secret, digest(body), keyBytes, cost, (error, key) => {
        if (error === null) resolve(key.toString('base64url'));
        else reject(error);
      });
    });
}
