import { readFileSync } from 'node:fs';
import os from 'node:os';

/** What all processors of this machine did since it started, in any unit: only differences and ratios tell something. */
export type MachineTime = { readonly busy: number; readonly idle: number };

/**
 * Linux tells of the time in which a processor had nothing to do but wait for a disk, and of softirqs; `os.cpus()` leaves
 * both out, so that a machine that only writes would look full. Elsewhere it is all there is.
 */
export function machineTime(): MachineTime {
  return ofLinux() ?? ofNode(os.cpus());
}

function ofLinux(): MachineTime | null {
  if (process.platform !== 'linux') return null;
  try {
    return parseProcStat(readFileSync('/proc/stat', 'latin1'));
  } catch {
    // Some sandboxes hide it.
    return null;
  }
}

/**
 * proc_stat(5), the line of all processors: user nice system idle iowait irq softirq steal (guest is part of user). What
 * other machines of the same host took (steal) nobody could use, so it counts as busy. Null: not that format.
 */
export function parseProcStat(text: string): MachineTime | null {
  const line = /^cpu +(\d+(?: \d+){3,})/m.exec(text)?.[1];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = line
    .split(' ')
    .map(Number);
  return { busy: user + nice + system + irq + softIrq + steal, idle: idle + ioWait };
}

function ofNode(processors: readonly os.CpuInfo[]): MachineTime {
  let [busy, idle] = [0, 0];
  for (const { times } of processors) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  return { busy, idle };
}
