import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LabError } from '../lab-error.ts';

const besides = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/opt/homebrew/bin'];

/**
 * The path of a program of the system. The `sbin` folders are looked into though they are often missing from PATH.
 *
 * @throws LabError that names the Debian package to install.
 */
export function systemProgram(name: string, debianPackage: string): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((each) => each !== ''), ...besides];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  throw new LabError(
    'program-missing',
    `${name} is not installed`,
    `install it: apt-get install ${debianPackage}`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
