/** What an answer's bytes may be, and what they say. */

export const CR = 13;
export const LF = 10;
export const COLON = 58;

/** RFC 9110 §5.6.2: characters of a field name. */
export const isToken = table((c) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(c)));
/** RFC 9110 §5.5: characters of a field value: tab, space, visible, obs-text. */
export const isFieldByte = table((c) => c === 9 || (c >= 32 && c !== 127));

function table(holds: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (holds(code) ? 1 : 0));
}

/** Compares a header name, letter case aside, with a name in lower case. */
export function named(b: Buffer, from: number, name: string): boolean {
  for (let i = 0; i < name.length; i += 1) if (((b[from + i] ?? 0) | 32) !== name.charCodeAt(i)) return false;
  return true;
}

/** A non-negative decimal number with trailing blanks allowed; -1 if it is none, or too long to be exact. */
export function digits(b: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && (b[end - 1] === 32 || b[end - 1] === 9)) end -= 1;
  if (end === from || end - from > 15) return -1;
  let value = 0;
  for (let i = from; i < end; i += 1) {
    const digit = (b[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Of a hexadecimal digit; -1 if it is none. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
