import { readFileSync } from 'node:fs';

/** Of the package that this file belongs to. */
export const version: string = (() => {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown';
})();
