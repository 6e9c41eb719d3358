import { printable } from './fault.ts';
import type { Fault } from './plan.ts';

/**
 * One line for each fault, without colours:
 * `plan.yaml:12:5 endpoints[1].sla.p95: expected a duration such as 300ms, received 300. Hint: write 300ms or 300s`
 */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map(formatFault).join('\n');
}

function formatFault({ file, line, column, path, expected, received, hint }: Fault): string {
  const place = [file, line, column].filter((part) => part !== null && part !== '').join(':');
  const where = [place, path].filter((part) => part !== '').join(' ');
  const said = `${where === '' ? '' : `${where}: `}expected ${expected}, received ${received}.`;
  return printable(hint === null ? said : `${said} Hint: ${hint}`);
}
