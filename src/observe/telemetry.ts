import { lookup } from 'node:dns/promises';
import type { Agent } from 'node:http';
import net from 'node:net';
import type { Observation } from '../plan/plan.ts';
import type { RunEvent } from '../record/run.ts';
import { type Readings, type TelemetrySource, telemetryEvent, telemetryFailed } from '../record/telemetry.ts';
import { fetchPage, type PageAddress, pageAgent } from './fetch-page.ts';
import { MetricReader } from './metric-readings.ts';
import { ProcessTree } from './process-tree.ts';

/** A name's look-up may take so long; what is not found by then is told as a failure. */
const lookupWithinMs = 4_000;
const fewestTimeoutMs = 1_000;
const processEveryMs = 1_000;

type Destination = {
  readonly origin: string;
  readonly hostname: string;
  readonly addresses: readonly string[];
};

/**
 * Looks up the names of the metrics' URLs once, and asks `may` for each, which throws if it may not be asked. A name
 * that is not found leaves no addresses, and fails when it is read.
 */
export async function reachSources(
  { prometheus }: Observation,
  tls: PageAddress['tls'],
  may: (destination: Destination) => Promise<void>,
): Promise<readonly PageAddress[]> {
  const pages: PageAddress[] = [];
  for (const { url, headers } of prometheus) {
    const { hostname, origin } = new URL(url);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const addresses = await addressesOf(host);
    if (addresses.length > 0) await may({ origin, hostname: host, addresses });
    pages.push({ url, headers, addresses, tls });
  }
  return pages;
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (net.isIP(host) !== 0) return [host];
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  const late = setTimeout(resolve, lookupWithinMs, []);
  lookup(host, { all: true }).then(
    (all) => resolve([...new Set(all.map(({ address }) => address))]),
    () => resolve([]),
  );
  return promise.finally(() => clearTimeout(late));
}

/**
 * Reads the target's own figures on timers of the main thread, beside the load, and tells them as events. It never
 * disturbs a run: a source that can't be read is told once and asked again; one that is slow is not asked twice at once.
 */
export class Telemetry {
  readonly #sources: readonly Source[];
  readonly #agents: Agent[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #failed = new Set<Source>();
  #elapsedMs: () => number = () => 0;
  #tell: ((event: RunEvent) => void) | null = null;

  /** `pages`: where the observation's metrics stand, in its order. */
  constructor(observation: Observation, pages: readonly PageAddress[]) {
    const metrics = observation.prometheus.flatMap(({ metrics: names, everyMs }, index): Source[] => {
      const page = pages[index];
      if (page === undefined) return [];
      const reader = new MetricReader(names);
      const agent = pageAgent(page.url);
      this.#agents.push(agent);
      const timeoutMs = Math.max(fewestTimeoutMs, everyMs);
      const read = async (): Promise<Readings> => {
        const readings = reader.read(await fetchPage(page, agent, timeoutMs));
        if (Object.keys(readings).length === 0) throw new Error('it holds no metric that Loadline knows');
        return readings;
      };
      return [{ source: { kind: 'prometheus', index }, everyMs, read }];
    });
    const processes = observation.processes.map((id, index): Source => {
      const tree = new ProcessTree(id);
      return {
        source: { kind: 'process', index },
        everyMs: processEveryMs,
        read: () => Promise.resolve().then(() => tree.read()),
      };
    });
    this.#sources = [...metrics, ...processes];
  }

  /** `elapsedMs`: since the run's start. The first look is at once. */
  start(elapsedMs: () => number, tell: (event: RunEvent) => void): void {
    this.#elapsedMs = elapsedMs;
    this.#tell = tell;
    for (const source of this.#sources) {
      let under = false;
      const look = (): void => {
        if (under) return;
        under = true;
        // What can't be written down ends the run at its next second, not here.
        void this.#look(source)
          .catch(() => {})
          .finally(() => {
            under = false;
          });
      };
      look();
      this.#timers.push(setInterval(look, source.everyMs));
    }
  }

  /** Nothing is told after it. */
  stop(): void {
    this.#tell = null;
    for (const timer of this.#timers) clearInterval(timer);
    for (const agent of this.#agents) agent.destroy();
  }

  async #look(from: Source): Promise<void> {
    const atMs = this.#elapsedMs();
    try {
      const readings = await from.read();
      // Between question and answer: the figures are of some moment of it.
      const between = (atMs + this.#elapsedMs()) / 2;
      this.#tell?.(telemetryEvent({ atMs: between, source: from.source, readings }));
    } catch (error) {
      if (this.#failed.has(from)) return;
      this.#failed.add(from);
      const because = error instanceof Error ? error.message : String(error);
      this.#tell?.(telemetryFailed(from.source, because, this.#elapsedMs()));
    }
  }
}

type Source = {
  readonly source: TelemetrySource;
  readonly everyMs: number;
  /** Rejects if it can't be read. */
  readonly read: () => Promise<Readings>;
};
