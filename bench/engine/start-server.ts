import { spawn } from 'node:child_process';
import path from 'node:path';

/** Starts one of the servers beside this file on a core of its own; they print their port and end with their input. */
export async function startServer(
  file: string,
  args: readonly string[],
): Promise<{ target: string; stop: () => void }> {
  const server = spawn(
    'taskset',
    ['-c', '1', process.execPath, path.join(import.meta.dirname, file), ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const port = await new Promise<string>((resolve) =>
    server.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim())),
  );
  return { target: `http://127.0.0.1:${port}`, stop: () => server.stdin.end() };
}
