import { createInterface } from 'node:readline/promises';
import type { Confirm } from '../load/permission.ts';

/**
 * Who may say that a target is theirs to load: the option, or a person at a terminal, who types the host's name (a
 * "y" is typed too easily).
 */
export function confirmTarget(
  options: { readonly yes: boolean; readonly quiet: boolean },
  io: { readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean } },
  stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean } = process.stdin,
): Confirm {
  return async ({ origin, hostname, addresses }) => {
    if (options.yes) return true;
    if (options.quiet || stdin.isTTY !== true || io.stderr.isTTY !== true) return false;
    const reader = createInterface({ input: stdin, output: io.stderr });
    const closed = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
    reader.once('SIGINT', () => reader.close());
    try {
      const where = addresses.length === 0 ? '' : ` (${addresses.join(', ')})`;
      const typed = await Promise.race([
        reader.question(
          `${origin} is not on this machine${where}.\nLoading a server that is not yours may be an attack. If you may, type its name (${hostname}): `,
        ),
        closed,
      ]);
      return typed.trim().toLowerCase() === hostname.toLowerCase();
    } finally {
      reader.close();
    }
  };
}
