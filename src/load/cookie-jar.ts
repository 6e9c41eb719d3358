import { CookieJar as Jar } from 'tough-cookie';

/** A string made from the jar is used again so long, unless a cookie was set meanwhile: cookies expire by the second. */
const rememberMs = 1000;
/** Strings kept at most. */
const rememberedPaths = 32;

/**
 * The cookies of one user, as a browser keeps them (RFC 6265): by path, with their expiry, `Secure` over TLS only.
 * `origin` is the target's as the user names it.
 */
export class CookieJar {
  readonly #jar = new Jar(undefined, { looseMode: true });
  readonly #origin: string;
  readonly #made = new Map<string, { readonly text: string; readonly atMs: number }>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Takes the values of an answer's Set-Cookie lines; what is not a cookie, or not this target's, is left out. */
  set(path: string, lines: readonly string[]): void {
    for (const line of lines) this.#jar.setCookieSync(line, this.#origin + path, { ignoreError: true });
    this.#made.clear();
  }

  /** Value of the Cookie header for a path; empty: none is due. */
  header(path: string, nowMs: number): string {
    const made = this.#made.get(path);
    if (made !== undefined && nowMs - made.atMs < rememberMs) return made.text;
    const text = this.#jar.getCookieStringSync(this.#origin + path);
    if (this.#made.size >= rememberedPaths) this.#made.clear();
    this.#made.set(path, { text, atMs: nowMs });
    return text;
  }

  /** Value of a cookie that would be sent to a path; null: there is none. */
  value(path: string, name: string): string | null {
    return this.#jar.getCookiesSync(this.#origin + path).find(({ key }) => key === name)?.value ?? null;
  }
}
