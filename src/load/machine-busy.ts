import os from 'node:os';
import { machineTime } from '../observe/machine-time.ts';

/** Watches the machine from now on. `otherCores`: CPU that other programs took since, in cores. */
export function machineBusy(): { readonly otherCores: () => number } {
  const cpuBefore = process.cpuUsage();
  const before = machineTime();
  const from = performance.now();
  return {
    otherCores: () => {
      const ms = Math.max(1, performance.now() - from);
      const { user, system } = process.cpuUsage(cpuBefore);
      const now = machineTime();
      const busy = now.busy - before.busy;
      const all = busy + now.idle - before.idle;
      const cores = all > 0 ? (os.cpus().length * busy) / all : 0;
      return Math.max(0, cores - (user + system) / 1000 / ms);
    },
  };
}
