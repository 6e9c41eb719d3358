import { formatFaults } from '../format-faults.ts';
import { parsePlan } from '../parse-plan.ts';

/** A valid plan, a string for each line. */
const valid = ['target: http://127.0.0.1:3000', 'endpoints:', '  - GET /posts', 'load: { users: 10 }'];

/** The plan with some lines replaced or added, by their number (from 1). */
export function planWith(lines: Readonly<Record<number, string>>): string {
  const all = [...valid];
  for (const [number, line] of Object.entries(lines)) all[Number(number) - 1] = line;
  return `${all.join('\n')}\n`;
}

/** Faults as users read them, without the file's name: `3:5 endpoints[0]: expected …`. */
export function faultsOfText(text: string, format: 'yaml' | 'json' = 'yaml'): readonly string[] {
  const outcome = parsePlan(text, { file: 'p', format });
  if (outcome.state === 'valid') return [];
  return formatFaults(outcome.faults)
    .split('\n')
    .map((line) => line.replace(/^p:/, ''));
}

export const planKeys =
  'name, target, endpoints, flows, load, readiness, tls, connections, http, connect, proxy, cookies, redirects, headers, auth, timeout, allow, abort, observe';
export const loadKeys = 'users, spawnRate, rate, arrivals, duration, thinkTime, pacing, ramp, rampDown';
export const endpointKeys =
  'request, name, weight, data, sla, headers, query, body, form, multipart, bodyFile, expect, group, timeout, auth';
export const request = 'a request such as GET /posts (GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS)';
export const dataSource = 'a range such as 1..100, a list, or a CSV or JSON file';

/** Faults of a plan whose flow has these lines as its steps, the first of them line 5. */
export function faultsOfSteps(...steps: readonly string[]): readonly string[] {
  return faultsOfFlows('  - steps:', ...steps.map((line) => `    ${line}`));
}

/** Faults of a plan with these lines as its flows, the first of them line 4. */
export function faultsOfFlows(...lines: readonly string[]): readonly string[] {
  return faultsOfText(
    ['target: http://127.0.0.1:3000', 'load: { users: 10 }', 'flows:', ...lines, ''].join('\n'),
  );
}

export const listOfSteps = 'a list of steps such as [GET /posts, { think: 2s }]';
