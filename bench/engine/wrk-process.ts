import { wrk } from './peer-commands.ts';
import type { Client } from './rounds.ts';
import { timedOnCore0 } from './timed-command.ts';

/** wrk on core 0 with one thread, its requests and seconds as it counts them. */
export function wrkProcess(url: string, connections: number, seconds: number): Client {
  return {
    name: 'wrk',
    run: () => {
      const { text, cpuSeconds } = timedOnCore0(wrk.command(url, connections, seconds), {
        limitSeconds: seconds + 30,
      });
      const match = /(\d+) requests in ([\d.]+)s/.exec(text);
      if (match === null) throw new Error(`wrk printed ${text}`);
      return { requests: Number(match[1]), seconds: Number(match[2]), cpuSeconds };
    },
  };
}
