import type { Diagnosis, Evidence } from '../analysis.ts';
import { capital, change, count, list, loadName, milliseconds, number, rate, stageName } from '../words.ts';
import { type Facts, loadOf } from './facts.ts';
import { evidenceOf } from './rule.ts';

/**
 * Another tool's summary holds averages, and no windows: it cannot show whether the generator kept up, where a request
 * waited, or whether the endpoints slowed down together. So no cause is drawn from it, whatever it looks like.
 */
export function summaryDiagnosis(facts: Facts): Diagnosis {
  const evidence = [...inFlight(facts), ...standstill(facts)];
  const lean = facts.measurements.some(isLean);
  return {
    verdict: 'unknown',
    statement: `No cause is named: the files of ${capital(facts.run.source.tool)} hold averages, and averages cannot show one. ${lean ? 'By its own figures far fewer requests were in flight than there were users, so the load generator, the network or the think time explain them as well as the target does.' : 'A full connection pool, a busy thread, a lock and a full processor all look the same in them.'}`,
    findings: [],
    undecided:
      evidence.length === 0
        ? []
        : [
            {
              causes: [
                'connection-pool',
                'single-threaded',
                'lock-contention',
                'cpu-saturation',
                'contention-collapse',
                'generator',
              ],
              title:
                'Averages cannot show the cause: database connection pool exhaustion cannot be drawn from them, nor excluded',
              endpoints: [],
              evidence,
              excluded: [],
              experiment:
                'Run the same load with Loadline, which watches its own generator, records the think time and the requests in flight, and keeps each endpoint apart: loadline run PLAN. Add stages between the last good and the first bad one.',
            },
          ],
  };
}

/** Fewer than half of the users had a request in flight, and nothing tells what the others did. */
const leanShare = 0.5;

function isLean(m: Facts['measurements'][number]): boolean {
  const l = littles(m);
  return l !== null && m.users !== null && m.thinkTimeMs === null && l < leanShare * m.users;
}

/** Little's law: L = X·R. */
function littles(m: Facts['measurements'][number]): number | null {
  const avg = m.total.responseTime?.avg;
  return m.total.rate === null || avg === undefined ? null : (m.total.rate * avg) / 1000;
}

function inFlight(facts: Facts): Evidence[] {
  const top = facts.measurements.toSorted((a, b) => loadOf(a) - loadOf(b)).at(-1);
  const l = top === undefined ? null : littles(top);
  if (top === undefined || l === null || top.users === null) return [];
  const figures = `${rate(top.total.rate ?? 0)} times ${milliseconds(top.total.responseTime?.avg ?? 0)} is ${count(Math.round(l), 'request')} in flight in ${stageName(top)}`;
  const idle = top.users - Math.round(l);
  return [
    evidenceOf(
      isLean(top)
        ? `${figures}, not ${number(top.users)} (Little's law). What the other ${count(idle, 'user')} did is unknown: think time, a slow generator or the network.`
        : `${figures}, of ${count(top.users, 'user')} (Little's law).`,
      'requests in flight, X·R',
      l,
      [top.stage],
    ),
  ];
}

function standstill(facts: Facts): Evidence[] {
  const stages = facts.measurements.toSorted((a, b) => loadOf(a) - loadOf(b));
  const [before, after] = [stages.at(-2), stages.at(-1)];
  if (before === undefined || after === undefined) return [];
  const [x0, x1] = [before.total.rate, after.total.rate];
  const [r0, r1] = [before.total.responseTime?.avg, after.total.responseTime?.avg];
  if (x0 === null || x1 === null || x0 <= 0) return [];
  const times =
    r0 === undefined || r1 === undefined || r0 <= 0
      ? ''
      : ` and the average response time from ${milliseconds(r0)} to ${milliseconds(r1)} (${change(r1 / r0 - 1)})`;
  return [
    evidenceOf(
      `Throughput went from ${rate(x0)} to ${rate(x1)} (${change(x1 / x0 - 1)})${times} between ${list([loadName(before), loadName(after)])}. Each stage ran once, and the file holds no windows to take an interval from.`,
      'ratio of throughputs',
      x1 / x0,
      [before.stage, after.stage],
    ),
  ];
}
