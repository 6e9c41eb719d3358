import { readFileSync } from 'node:fs';

let version: string | null = null;

/** Loadline's own version, from its package.json. */
export function loadlineVersion(): string {
  if (version !== null) return version;
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
  version = typeof found === 'string' ? found : '0.0.0';
  return version;
}
