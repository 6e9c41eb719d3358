import { issue } from './fault.ts';
import { limits } from './limits.ts';
import type { Report } from './plan-text.ts';
import type { ReadBodyFile } from './resolve-body.ts';
import { type ReadFile, readBytes } from './resolve-data.ts';

/** Reads each file once, however many requests send it, and all of them up to `limits.bodyFilesBytes` together. */
export function bodyFileReader(readFile: ReadFile, report: Report): ReadBodyFile {
  const known = new Map<string, Uint8Array | null>();
  let total = 0;
  return async (file, at) => {
    const earlier = known.get(file);
    if (earlier !== undefined) return earlier;
    const bytes = await readBytes(file, limits.bodyFileBytes, 'a file', at, readFile, report);
    known.set(file, bytes);
    const before = total;
    total += bytes?.length ?? 0;
    if (total <= limits.bodyFilesBytes) return bytes;
    known.set(file, null);
    const what = `files of at most ${limits.bodyFilesBytes} bytes together`;
    if (before <= limits.bodyFilesBytes) report(issue(at, what, `${total} bytes or more`));
    return null;
  };
}
