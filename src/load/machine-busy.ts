import os from 'node:os';

/** Watches the machine from now on. `otherCores`: CPU that other programs took since, in cores. */
export function machineBusy(): { readonly otherCores: () => number } {
  const cpuBefore = process.cpuUsage();
  const before = busyMs();
  const from = performance.now();
  return {
    otherCores: () => {
      const ms = Math.max(1, performance.now() - from);
      const { user, system } = process.cpuUsage(cpuBefore);
      return Math.max(0, (busyMs() - before - (user + system) / 1000) / ms);
    },
  };
}

function busyMs(): number {
  let busy = 0;
  for (const { times } of os.cpus()) busy += times.user + times.nice + times.sys + times.irq;
  return busy;
}
