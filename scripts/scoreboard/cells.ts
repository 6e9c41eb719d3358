import type { Share } from './score.ts';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')}\n`;
}

export function text({ hits, of, interval }: Share): string {
  if (of === 0) return '–';
  const percent = (share: number | null) => Math.round((share ?? 0) * 100);
  return `${hits} of ${of} (${percent(interval.low)}–${percent(interval.high)} %)`;
}

export function times(ratio: number): string {
  return `${ratio.toPrecision(2)} ×`;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
