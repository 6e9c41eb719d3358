import type { Load, Plan } from '../../plan/plan.ts';
import type { Run } from '../../record/run.ts';
import { count, list, number, share } from '../words.ts';
import { connectionChoices, duration, durations, thinkTimeWords } from './choices.ts';

/** Why the figures of two runs may differ without the target having changed; empty: nothing that was recorded. */
export function differences(run: Run, earlier: Run): string[] {
  return [
    ...target(run.plan, earlier.plan),
    ...endpoints(run.plan, earlier.plan),
    ...mix(run.plan, earlier.plan),
    ...requests(run.plan, earlier.plan),
    ...load(run, earlier),
    ...connection(run.plan, earlier.plan),
    ...state(run, earlier),
    ...environment(run, earlier),
  ];
}

function target(now: Plan, before: Plan): string[] {
  return now.target === before.target ? [] : [`The target is ${now.target}; it was ${before.target}.`];
}

function endpoints(now: Plan, before: Plan): string[] {
  const names = (plan: Plan) => plan.endpoints.map((e) => e.name);
  const added = names(now).filter((n) => !names(before).includes(n));
  const gone = names(before).filter((n) => !names(now).includes(n));
  const total = `(${now.endpoints.length} in all, ${before.endpoints.length} before)`;
  return [
    ...(added.length === 0
      ? []
      : [`${count(added.length, 'endpoint')} ${was(added)} added ${total}: ${list(added, 4)}.`]),
    ...(gone.length === 0
      ? []
      : [`${count(gone.length, 'endpoint')} ${was(gone)} left out ${total}: ${list(gone, 4)}.`]),
  ];
}

function was(names: readonly string[]): string {
  return names.length === 1 ? 'was' : 'were';
}

const shifted = 0.005;

function mix(now: Plan, before: Plan): string[] {
  const shares = (plan: Plan) => {
    const all = plan.endpoints.reduce((sum, e) => sum + e.weight, 0);
    return new Map(plan.endpoints.map((e) => [e.name, all > 0 ? e.weight / all : 0]));
  };
  const old = shares(before);
  const changed = [...shares(now)].flatMap(([name, part]) => {
    const was = old.get(name);
    return was !== undefined && Math.abs(part - was) > shifted
      ? [`${name} ${share(was)} → ${share(part)}`]
      : [];
  });
  return changed.length === 0
    ? []
    : [`The mix changed, so each endpoint's share of the load is another one: ${list(changed, 4)}.`];
}

/** Same name, another request. */
function requests(now: Plan, before: Plan): string[] {
  const text = (e: Plan['endpoints'][number]) =>
    JSON.stringify([e.method, e.path, e.query, e.headers, e.body, e.data]);
  const changed = now.endpoints.filter((e) => {
    const was = before.endpoints.find((b) => b.name === e.name);
    return was !== undefined && text(was) !== text(e);
  });
  return changed.length === 0
    ? []
    : [
        `${list(
          changed.map((e) => e.name),
          4,
        )} ${changed.length === 1 ? 'sends' : 'send'} another request (path, headers, body or data).`,
      ];
}

function load(run: Run, earlier: Run): string[] {
  const [now, before] = [run.plan.load, earlier.plan.load];
  if (now.kind !== before.kind) return [`The load model is ${now.kind}; it was ${before.kind}.`];
  const found: string[] = [];
  const compare = (what: string, a: readonly (number | null)[], b: readonly (number | null)[]) => {
    const text = (values: readonly (number | null)[]) => {
      const distinct = [...new Set(values)];
      return list(
        (distinct.length === 1 ? distinct : values).map((v) => (v === null ? 'unknown' : plain(v))),
      );
    };
    if (text(a) !== text(b)) found.push(`${what}: ${text(a)}; before: ${text(b)}.`);
  };
  compare(
    'Users of the stages',
    run.stages.map((s) => s.users),
    earlier.stages.map((s) => s.users),
  );
  compare(
    'Asked requests per second',
    run.stages.map((s) => s.askedRatePerSecond),
    earlier.stages.map((s) => s.askedRatePerSecond),
  );
  compare(
    'Users started per second',
    run.stages.map((s) => s.spawnRate),
    earlier.stages.map((s) => s.spawnRate),
  );
  compare(
    'Length of a stage in seconds',
    now.stages.map((s) => s.durationMs / 1000),
    before.stages.map((s) => s.durationMs / 1000),
  );
  if (now.kind === 'closed' && before.kind === 'closed') {
    const think = [now, before].map((one) => thinkTimeWords(one.thinkTime));
    if (think[0] !== think[1]) found.push(`Think time: ${think[0]}; before: ${think[1]}.`);
  }
  for (const [what, value] of [
    ['Pacing', pacing],
    ['Ramp up', rampUp],
    ['Ramp down', rampDown],
  ] as const) {
    if (value(now) !== value(before)) found.push(`${what}: ${value(now)}; before: ${value(before)}.`);
  }
  return found;
}

function pacing(load: Load): string {
  return load.kind === 'open' || load.pacingMs === undefined ? 'none' : duration(load.pacingMs);
}

function rampUp(load: Load): string {
  return load.kind === 'open' ? (durations(load.stages.map(({ rampMs = 0 }) => rampMs)) ?? 'none') : 'none';
}

function rampDown(load: Load): string {
  return durations(load.stages.map(({ rampDownMs = 0 }) => rampDownMs)) ?? 'none';
}

/** How the target was spoken to. */
function connection(now: Plan, before: Plan): string[] {
  const was = connectionChoices(before);
  return Object.entries(connectionChoices(now)).flatMap(([what, choice]) =>
    was[what] === undefined || was[what] === choice ? [] : [`${what}: ${choice}; before: ${was[what]}.`],
  );
}

function plain(value: number): string {
  return number(value, Number.isInteger(value) ? 0 : 1);
}

function state(run: Run, earlier: Run): string[] {
  return [
    ...(run.state === 'complete' ? [] : [`This run is ${run.state === 'cut' ? 'cut off' : 'interrupted'}.`]),
    ...(earlier.state === 'complete'
      ? []
      : [`The earlier run was ${earlier.state === 'cut' ? 'cut off' : 'interrupted'}.`]),
  ];
}

function environment({ environment: now, ...run }: Run, { environment: before, ...earlier }: Run): string[] {
  const found: string[] = [];
  const tools = [run, earlier].map((r) => `${r.source.tool} ${r.source.version}`.trim());
  if (tools[0] !== tools[1]) found.push(`Load sent by ${tools[0]}; before: ${tools[1]}.`);
  if (now.hostHash !== before.hostHash && now.hostHash !== null && before.hostHash !== null) {
    found.push('The load came from another machine.');
  }
  const compare = (what: string, a: string | number | null, b: string | number | null) => {
    if (a !== null && b !== null && a !== b) found.push(`${what}: ${a}; before: ${b}.`);
  };
  compare('CPU of the generator', now.cpuModel, before.cpuModel);
  compare('Cores of the generator', now.cores, before.cores);
  compare('Workers', now.workers, before.workers);
  compare('Node', now.node, before.node);
  compare('Platform', now.platform, before.platform);
  return found;
}
