import { describe } from 'vitest';
import { LabError } from './lab-error.ts';
import { systemProgram } from './stack/system-program.ts';

/**
 * Tests that need programs of the system, or skipped ones whose name says what to install. Where all services are asked
 * for (`.ci/run`), a missing one is an error.
 *
 * @param programs Each by its name, with its Debian package.
 */
export function describeWithPrograms(
  programs: Readonly<Record<string, string>>,
  name: string,
  tests: () => void,
): void {
  const missing = Object.entries(programs).flatMap(([program, debianPackage]) => {
    try {
      systemProgram(program, debianPackage);
      return [];
    } catch (error) {
      if (!(error instanceof LabError) || process.env.LOADLINE_REQUIRE_SERVICES === '1') throw error;
      return [`${error.message}, ${error.remedy}`];
    }
  });
  if (missing.length === 0) describe(name, tests);
  else describe.skip(`${name} (skipped: ${missing.join('; ')})`, tests);
}
