import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('survives that sessions are collected whose answers were broken off within their heads', async () => {
  const script = fileURLToPath(new URL('../testing/collect-http2-sessions.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script]);
  expect(stdout).toBe('collected\n');
}, 60_000);
