import type { Analysis } from '../analyse/analysis.ts';
import { figure, users } from './format.ts';

/** Names the stages of a run: `50 users`, `200/s`, and which of several where two carried the same load. */
export type StageNames = {
  readonly all: readonly number[];
  /** `50 users`. */
  of(stage: number): string;
  /** The number alone, for a table whose head says the unit: `50`. */
  short(stage: number): string;
  /** `10, 50 and 100 users`. */
  list(stages: readonly number[]): string;
  /** ` at 10 and 50 users`, ` in “GET /a alone, 8 users”`: where a figure was seen. */
  where(stages: readonly number[]): string;
  /** What the stages are a ladder of. */
  readonly unit: 'users' | 'requests/s' | 'stage';
};

export function stageNames(analysis: Analysis): StageNames {
  const loads = new Map(
    analysis.stages.map((each) => [each.stage, { users: each.users, rate: each.askedRate }]),
  );
  for (const each of analysis.summary.stages)
    if (!loads.has(each.stage)) loads.set(each.stage, { users: each.users, rate: each.rate });
  const long = new Map<number, string>();
  const short = new Map<number, string>();
  const seen = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [stage, load] of loads) {
    const name = longName(stage, load);
    if (seen.has(name)) repeated.add(name);
    seen.set(name, stage);
    long.set(stage, name);
    short.set(
      stage,
      load.users !== null ? figure(load.users) : load.rate !== null ? figure(load.rate) : `${stage}`,
    );
  }
  for (const [stage, name] of long)
    if (repeated.has(name)) {
      long.set(stage, `${name} (stage ${stage})`);
      short.set(stage, `${short.get(stage)} (#${stage})`);
    }
  for (const [stage, name] of probeNames(analysis)) long.set(stage, name);
  const of = (stage: number): string => long.get(stage) ?? `stage ${stage}`;
  const every = [...loads.values()];
  return {
    all: [...loads.keys()],
    of,
    short: (stage) => short.get(stage) ?? `${stage}`,
    list: (stages) => joined(stages.map(of)),
    where: (stages) => {
      const own = stages.filter((stage) => loads.has(stage));
      const probes = stages.filter((stage) => !loads.has(stage));
      return [
        ...(own.length === 0 ? [] : [` at ${joined(own.map(of))}`]),
        ...(probes.length === 0 ? [] : [` in “${joined(probes.map(of))}”`]),
      ].join(' and');
    },
    unit:
      every.length > 0 && every.every((load) => load.users !== null)
        ? 'users'
        : every.length > 0 && every.every((load) => load.users === null && load.rate !== null)
          ? 'requests/s'
          : 'stage',
  };
}

/** Of the stages that a search made beside the report's own. */
function probeNames({ probes }: Analysis): ReadonlyMap<number, string> {
  const stages = probes?.stages ?? [];
  const times = new Map<string, number>();
  for (const { name } of stages) times.set(name, (times.get(name) ?? 0) + 1);
  return new Map(
    stages.map(({ stage, name }) => [stage, (times.get(name) ?? 0) > 1 ? `${name} (stage ${stage})` : name]),
  );
}

function longName(stage: number, load: { users: number | null; rate: number | null }): string {
  if (load.users !== null) return users(load.users);
  if (load.rate !== null) return `${figure(load.rate)}/s`;
  return `stage ${stage}`;
}

/** `10 users, 50 users and 100 users` → `10, 50 and 100 users`, and so behind the same name: `GET /a alone, 1 and 8 users`. */
function joined(names: readonly string[]): string {
  const loads = new Map<string, string[]>();
  for (const name of names) {
    const [, before = '', load] = /^(.*, |)([\d.,]+) users?$/.exec(name) ?? [];
    const key = load === undefined ? name : `${before}\0`;
    loads.set(key, [...(loads.get(key) ?? []), ...(load === undefined ? [] : [load])]);
  }
  const parts = [...loads].map(([key, numbers]) =>
    numbers.length === 0
      ? key
      : `${key.slice(0, -1)}${andJoined(numbers)} ${numbers.length === 1 && numbers[0] === '1' ? 'user' : 'users'}`,
  );
  return parts.some((part) => part.includes(',')) ? parts.join('; ') : andJoined(parts);
}

function andJoined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}
