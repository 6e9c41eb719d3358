import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { number } from '../format.ts';
import type { Drawing } from './chart.ts';

const { document } = parseHTML('<html><body></body></html>');

/** Draws with Observable Plot into a document of its own: no browser, and the same marks give the same bytes. */
export function draw(width: number, height: number, options: Plot.PlotOptions): Drawing {
  const svg = Plot.plot({
    ...options,
    width,
    height,
    document,
    style: { fontSize: '12px' },
  });
  const body = String(svg.innerHTML)
    // The page's style sheet says what Plot's own would.
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/-?\d+\.\d{3,}(?=[^<>]*>)/g, (digits) => String(Math.round(Number(digits) * 100) / 100));
  return { width, height, body };
}

/** Drawings side by side or one above the other. */
export function compose(direction: 'row' | 'column', gap: number, drawings: readonly Drawing[]): Drawing {
  let offset = 0;
  const placed: string[] = [];
  for (const { body, width, height } of drawings) {
    placed.push(
      `<g transform="translate(${direction === 'row' ? `${offset},0` : `0,${offset}`})">${body}</g>`,
    );
    offset += (direction === 'row' ? width : height) + gap;
  }
  const widths = drawings.map((each) => each.width);
  const heights = drawings.map((each) => each.height);
  const length = Math.max(0, offset - gap);
  return {
    width: direction === 'row' ? length : Math.max(0, ...widths),
    height: direction === 'row' ? Math.max(0, ...heights) : length,
    body: placed.join(''),
  };
}

/** 1, 2, 5, 10, … inside the domain; powers of ten alone where these would be more than `most`. */
export function logTicks(low: number, high: number, most = 8): readonly number[] {
  const ticksOf = (steps: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1)
      for (const step of steps) {
        const tick = Number(`${step}e${power}`);
        if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
      }
    return ticks;
  };
  const fine = ticksOf([1, 2, 5]);
  if (fine.length <= most) return fine;
  const coarse = ticksOf([1]);
  return coarse.length >= 2 ? coarse : fine.filter((_, at) => at % 2 === 0);
}

/** The ticks that keep `apart` pixels from each other, the last one always. */
export function spacedTicks(
  ticks: readonly number[],
  place: (tick: number) => number,
  apart: number,
): readonly number[] {
  const kept: number[] = [];
  for (const tick of [...ticks].reverse()) {
    const after = kept.at(-1);
    if (after === undefined || Math.abs(place(after) - place(tick)) >= apart) kept.push(tick);
  }
  return kept.reverse();
}

/** An axis' tick for times in ms: `0.5`, `20`, `2,000`. */
export function tick(value: number): string {
  return number(value, 3);
}
