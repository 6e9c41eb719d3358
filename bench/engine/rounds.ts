import os from 'node:os';

/** Of one client in one round. */
export type Figures = {
  readonly requests: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Opened; absent: not looked at. */
  readonly connections?: number;
};

export type Client = {
  readonly name: string;
  readonly run: (warmingUp: boolean) => Figures | Promise<Figures>;
};

/** Name → figures, a round each. */
export type Seen = ReadonlyMap<string, readonly Figures[]>;

export const cpuUs = (figures: Figures): number => (figures.cpuSeconds / figures.requests) * 1e6;
export const rateOf = (figures: Figures): number => figures.requests / figures.seconds;

/**
 * Runs the clients in turn, round by round; the order turns, so that no client always follows the same one. The first
 * round warms up and isn't kept. A client that fails is left out from then on, and said.
 */
export async function inTurn(clients: readonly Client[], rounds: number): Promise<Seen> {
  const seen = new Map<string, Figures[]>(clients.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const index of clients.keys()) {
      const client = clients[(index + round) % clients.length];
      const kept = client === undefined ? undefined : seen.get(client.name);
      if (client === undefined || kept === undefined) continue;
      try {
        const figures = await client.run(round === 0);
        if (round > 0) kept.push(figures);
      } catch (error) {
        seen.delete(client.name);
        process.exitCode = 1;
        const reason = error instanceof Error ? error.message : String(error);
        process.stdout.write(`${client.name} is left out: ${reason.slice(-600)}\n\n`);
      }
    }
  }
  return seen;
}

/** Median over the rounds of one client's figure ÷ another's of the same round; NaN: one of them wasn't measured. */
export function ratio(seen: Seen, of: string, to: string, figure: (figures: Figures) => number): number {
  const [above, below] = [seen.get(of) ?? [], seen.get(to) ?? []];
  return median(
    above.flatMap((figures, round) => {
      const other = below[round];
      return other === undefined ? [] : [figure(figures) / figure(other)];
    }),
  );
}

/** NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below, above] = [sorted[middle - 1], sorted[middle]];
  if (above === undefined) return Number.NaN;
  return sorted.length % 2 === 1 || below === undefined ? above : (below + above) / 2;
}

/** `AMD EPYC, Node v24.1.0, load average 0.4 0.3 0.8`. */
export function environmentLine(): string {
  const loads = os.loadavg().map((load) => load.toFixed(1));
  return `${os.cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, load average ${loads.join(' ')}`;
}
