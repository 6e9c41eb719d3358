import { LabError } from '../lab-error.ts';
import { isAlive, type ProcessIdentity } from '../process-identity.ts';
import type { Balancer } from './haproxy.ts';
import type { Running } from './running.ts';

/** An API instance behind the balancer. */
export interface FleetMember {
  /** From 1; unique while it runs. */
  readonly number: number;
  readonly running: Running & { readonly url: string };
  /** Of its process, to tell that it ended. */
  readonly identity: ProcessIdentity;
}

/** The API instances behind a balancer. Its operations wait for one another; no request fails by any of them. */
export interface Fleet {
  /** The oldest first. */
  members(): readonly FleetMember[];
  /** One instance more; answers how many there are. At its limit it stays as it is. */
  grow(): Promise<number>;
  /** One instance less, the youngest: it first answers what it holds. The last one stays. */
  shrink(): Promise<number>;
  /** Each instance by itself: out, restarted, in again. A single one has another beside it meanwhile. */
  restart(): Promise<void>;
  /** Starts those again whose process has ended; answers how many there were. */
  heal(): Promise<number>;
  /** Ends all instances, after the operation under way. */
  stop(): Promise<void>;
}

/** Starts an instance and resolves when it answers. */
export type StartInstance = (number: number) => Promise<FleetMember>;

const healthLimitMs = 15_000;
const pollMs = 20;

/** @param members Those that the balancer knows already, as `api-<number>`. */
export function openFleet(parts: {
  readonly balancer: Balancer;
  readonly members: readonly FleetMember[];
  readonly startInstance: StartInstance;
  /** The most instances there may be. */
  readonly limit: number;
}): Fleet {
  const { balancer, startInstance, limit } = parts;
  const members = new Map(parts.members.map((member) => [member.number, member]));
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const start = async (number: number) => {
    const member = await startInstance(number);
    members.set(number, member);
    await isHealthy(member);
    return serverOf(member);
  };
  const grow = async () => {
    let number = 1;
    while (members.has(number)) number += 1;
    try {
      await balancer.add(await start(number));
    } catch (error) {
      await members.get(number)?.running.stop();
      members.delete(number);
      throw error;
    }
    return number;
  };
  const drop = async (member: FleetMember) => {
    await balancer.takeOut(nameOf(member.number));
    await balancer.remove(nameOf(member.number));
    await member.running.stop();
    members.delete(member.number);
  };
  /** Should it not start again, it stays a member whose process has ended: `heal` tries anew. */
  const renew = async ({ number, running }: FleetMember) => {
    await balancer.takeOut(nameOf(number));
    await running.stop();
    await balancer.bringBack(await start(number));
  };

  return {
    members: () => [...members.values()],
    grow: () =>
      inTurn(async () => {
        if (members.size < limit) await grow();
        return members.size;
      }),
    shrink: () =>
      inTurn(async () => {
        const youngest = [...members.values()].at(-1);
        if (members.size > 1 && youngest !== undefined) await drop(youngest);
        return members.size;
      }),
    restart: () =>
      inTurn(async () => {
        const present = [...members.values()];
        const help = present.length === 1 ? await grow() : undefined;
        for (const member of present) await renew(member);
        const helper = help === undefined ? undefined : members.get(help);
        if (helper !== undefined) await drop(helper);
      }),
    heal: () =>
      inTurn(async () => {
        const ended = [...members.values()].filter(({ identity }) => !isAlive(identity));
        for (const member of ended) await renew(member);
        return ended.length;
      }),
    stop: () =>
      inTurn(async () => {
        await Promise.all([...members.values()].map(({ running }) => running.stop()));
        members.clear();
      }),
  };
}

/** As the balancer and its metrics call an instance. */
export function nameOf(number: number): string {
  return `api-${number}`;
}

/** As the balancer is to know a member. */
export function serverOf({ number, running }: FleetMember): { name: string; port: number } {
  return { name: nameOf(number), port: Number(new URL(running.url).port) };
}

async function isHealthy({ number, running }: FleetMember): Promise<void> {
  const until = performance.now() + healthLimitMs;
  while (performance.now() < until) {
    const health = new URL('/_lab/health', running.url);
    const answer = await fetch(health, { signal: AbortSignal.timeout(healthLimitMs) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new LabError(
    'instance-not-healthy',
    `${nameOf(number)} does not answer its health check`,
    'see its log in the folder of the stack',
  );
}
