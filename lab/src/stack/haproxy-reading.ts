import { backend } from './haproxy-config.ts';
import type { HaproxyRuntime } from './haproxy-runtime.ts';

export interface BalancerReading {
  /** That reached the backend, since the worker started. */
  readonly requests: number;
  readonly queued: number;
  readonly servers: readonly ServerReading[];
}

export interface ServerReading {
  readonly name: string;
  /** As HAProxy words it: `UP`, `DOWN`, `DRAIN`, `MAINT`. */
  readonly status: string;
  readonly inFlight: number;
  readonly queued: number;
}

export async function readBalancer(runtime: HaproxyRuntime): Promise<BalancerReading> {
  const rows = await runtime.statistics(backend);
  const total = rows.get('BACKEND');
  return {
    requests: Number(total?.req_tot ?? 0),
    queued: Number(total?.qcur ?? 0),
    servers: [...rows.values()]
      .filter(({ type }) => type === serverRow)
      .map(({ svname = '', status = '', scur, qcur }) => ({
        name: svname,
        // `UP 1/3` is up too, and would be down after one more check that fails.
        status: status.split(' ')[0] ?? '',
        inFlight: Number(scur),
        queued: Number(qcur),
      })),
  };
}

/** What a row of `show stat` is about: 0 a frontend, 1 a backend, 2 a server. */
const serverRow = '2';
