/**
 * Completes package-lock.json after an installation from a registry that lacks packages for other platforms: npm leaves
 * their entries out, and `npm ci` then refuses the file everywhere. Adds each missing optional package of a platform by
 * name, version and platform, which is what its own manifest says. Run it after `npm install`: npm run lock.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      dev: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const platform =
  /-(?<os>android|darwin|freebsd|linux|openharmony|win32)-(?<cpu>arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(?<abi>\w+))?$/;

const file = path.resolve(import.meta.dirname, '../package-lock.json');
const lock = lockSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const added: string[] = [];
for (const owner of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    if (Object.keys(lock.packages).some((at) => at.endsWith(`node_modules/${name}`))) continue;
    const found = platform.exec(name)?.groups;
    if (found?.os === undefined || found.cpu === undefined)
      throw new Error(`${name} is missing from the lock file and names no platform`);
    const libc =
      found.os !== 'linux' ? {} : { libc: [found.abi?.startsWith('musl') === true ? 'musl' : 'glibc'] };
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [found.cpu],
      ...(owner.dev === true ? { dev: true } : {}),
      ...libc,
      optional: true,
      os: [found.os],
    };
    added.push(name);
  }
}
const sorted = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);
process.stdout.write(added.length === 0 ? 'package-lock.json is complete\n' : `added ${added.join(', ')}\n`);
