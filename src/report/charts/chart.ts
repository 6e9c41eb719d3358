import type { ChartName } from '../document/document.ts';

/** A chart drawn for a wide page and for a phone, or the reason why there is none. */
export type Chart =
  | {
      readonly kind: 'drawn';
      readonly name: ChartName;
      readonly title: string;
      /** How to read it; stands beneath. */
      readonly caption: string;
      /** What it shows, for those who cannot see it. */
      readonly description: string;
      readonly wide: Drawing;
      readonly narrow: Drawing;
    }
  | {
      readonly kind: 'omitted';
      readonly name: ChartName;
      readonly title: string;
      readonly because: string;
    };

/** The inside of an SVG and its size in pixels. */
export type Drawing = { readonly width: number; readonly height: number; readonly body: string };

export type Size = { readonly kind: 'wide' | 'narrow'; readonly width: number };

export const wide: Size = { kind: 'wide', width: 840 };
export const narrow: Size = { kind: 'narrow', width: 360 };

/**
 * Colours as CSS variables of the page, with a fallback for an SVG that stands alone. The hues are told apart with
 * any colour vision (after Okabe and Ito) and each series has its own dash or sign as well.
 */
export const colours = {
  p50: 'var(--chart-p50, #0072b2)',
  p95: 'var(--chart-p95, #c75000)',
  p99: 'var(--chart-p99, #8a5fa8)',
  first: 'var(--chart-first, #0072b2)',
  last: 'var(--chart-last, #c75000)',
  band: 'var(--chart-band, #0072b2)',
  good: 'var(--chart-good, #0072b2)',
  warning: 'var(--chart-warning, #b88700)',
  bad: 'var(--chart-bad, #c75000)',
  muted: 'var(--chart-muted, #6b7785)',
  ground: 'var(--chart-ground, #ffffff)',
} as const;
