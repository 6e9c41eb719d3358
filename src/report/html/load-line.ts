import type { Analysis } from '../../analyse/analysis.ts';
import { spacedTicks } from '../charts/canvas.ts';
import { escapeMarkup } from '../escape.ts';
import { figure, range, rate, userFigure, users } from '../format.ts';
import { stageNames } from '../stage-names.ts';

/** The load line mark: a circle, and the line through it down to which a ship may be laden. */
export const emblem =
  '<svg class="emblem" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="13"/><path d="M4 24h40"/></svg>';

const width = 340;
const height = 400;
const top = 34;
const bottom = 370;
const hull = { left: 118, right: 222 };
const middle = (hull.left + hull.right) / 2;

type Scale = (load: number) => number;

/**
 * The ship's side with the tested loads as draught marks, the recommended limit as load line, the knee's interval
 * hatched above it. Null where the stages' load is not known.
 */
export function loadLineFigure(analysis: Analysis): string | null {
  const names = stageNames(analysis);
  const closed = names.unit === 'users';
  const loads = analysis.stages.flatMap((stage) => {
    const load = closed ? stage.users : stage.askedRate;
    return load === null || load <= 0 ? [] : [{ stage: stage.stage, load }];
  });
  if (loads.length === 0 || names.unit === 'stage') return null;
  const limit = closed ? analysis.capacity.recommendedLimit?.users : analysis.capacity.recommendedLimit?.rate;
  const line = limit === undefined || limit === null || limit <= 0 ? null : limit;
  const band = kneeBand(analysis, closed);
  const all = [...loads.map((each) => each.load), line ?? Number.NaN].filter(Number.isFinite);
  const lowest = Math.log(Math.min(...all) / 1.6);
  const highest = Math.log(Math.max(...all) * 1.35);
  const y: Scale = (load) =>
    Math.round((bottom - ((Math.log(load) - lowest) / (highest - lowest)) * (bottom - top)) * 10) / 10;
  const format = closed ? users : rate;
  const description = [
    `Tested: ${names.list(names.all)}.`,
    line === null ? 'No limit can be recommended from this run.' : `Recommended limit: ${format(line)}.`,
    band === null ? '' : `Knee: ${band.text}.`,
  ]
    .filter((each) => each !== '')
    .join(' ');
  return [
    `<svg class="hull" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="hull-title hull-desc">`,
    '<title id="hull-title">The load line</title>',
    `<desc id="hull-desc">${escapeMarkup(description)}</desc>`,
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v8" class="hatch"/></pattern>',
    `<clipPath id="side"><path d="${sidePath}"/></clipPath></defs>`,
    line === null ? '' : water(y(line)),
    `<g clip-path="url(#side)"><rect class="plates" x="${hull.left}" y="0" width="${hull.right - hull.left}" height="${height}"/>`,
    line === null
      ? ''
      : `<rect class="bottom" x="${hull.left}" y="${y(line)}" width="${hull.right - hull.left}" height="${height}"/>`,
    band === null ? '' : hatched(band, y),
    seams,
    line === null
      ? ''
      : `<rect class="depth" x="${hull.left}" y="${y(line)}" width="${hull.right - hull.left}" height="${height}"/>`,
    '</g>',
    `<path class="deck" d="M${hull.left - 7} 2.5H${hull.right + 7}"/>`,
    marks(analysis, loads, y, names.short),
    line === null ? '' : mark(y(line), format(line)),
    band === null ? '' : bandLabel(band, y, line),
    `<text class="unit" x="0" y="14">${closed ? 'Users' : 'Requests/s'}</text>`,
    line === null
      ? `<text class="none" x="${width}" y="${height - 6}">no limit can be recommended</text>`
      : '',
    '</svg>',
  ].join('');
}

const sidePath = `M${hull.left} 0H${hull.right}V${height - 30}Q${hull.right} ${height} ${hull.right - 34} ${height}H${hull.left + 34}Q${hull.left} ${height} ${hull.left} ${height - 30}Z`;

const seams = [66, 132, 198, 264, 330]
  .map((at) => `<path class="seam" d="M${hull.left} ${at}H${hull.right}"/>`)
  .join('');

/** The sea up to the load line, with a quiet swell. */
function water(level: number): string {
  const waves = Array.from({ length: width / 34 }, () => 'q8.5 -4 17 0t17 0').join('');
  return `<path class="sea" d="M0 ${level}${waves}V${height}H0Z"/>`;
}

type Band = { readonly low: number; readonly high: number | null; readonly text: string };

function kneeBand(analysis: Analysis, closed: boolean): Band | null {
  const { knee } = analysis.capacity;
  if (knee.state !== 'estimated') return null;
  const own = { value: knee.estimate, low: knee.low, high: knee.high };
  const found = closed ? (knee.unit === 'users' ? own : knee.users) : knee.unit === 'users' ? knee.rate : own;
  if (found === null || found.low === null || found.low <= 0) return null;
  const text = range(found.low, found.high, closed ? userFigure : figure) ?? '';
  return { low: found.low, high: found.high, text };
}

function edges(band: Band, y: Scale): { readonly upper: number; readonly lower: number } {
  const clamp = (at: number): number => Math.min(height, Math.max(top - 18, at));
  return { upper: band.high === null ? top - 18 : clamp(y(band.high)), lower: clamp(y(band.low)) };
}

function hatched(band: Band, y: Scale): string {
  const { upper, lower } = edges(band, y);
  return `<rect x="${hull.left}" y="${upper}" width="${hull.right - hull.left}" height="${Math.max(2, lower - upper)}" fill="url(#hatch)"/>`;
}

/** Beside the hatched part, clear of the label of the load line. */
function bandLabel(band: Band, y: Scale, line: number | null): string {
  const { upper, lower } = edges(band, y);
  const at = (upper + lower) / 2;
  const clear = line === null ? at : Math.min(at, y(line) - 42);
  return [
    `<path class="brace" d="M${hull.right + 5} ${upper}h6V${Math.max(lower, upper + 2)}h-6"/>`,
    `<text class="knee" x="${hull.right + 18}" y="${clear}"><tspan class="name">knee</tspan><tspan x="${hull.right + 18}" dy="17">${escapeMarkup(band.text)}</tspan></text>`,
  ].join('');
}

/** The draught marks: one for each tested load, with how many promises held there. */
function marks(
  analysis: Analysis,
  loads: readonly { readonly stage: number; readonly load: number }[],
  y: Scale,
  short: (stage: number) => string,
): string {
  const kept = spacedTicks(
    loads.map((each) => each.load).sort((a, b) => a - b),
    y,
    34,
  );
  return loads
    .map(({ stage, load }) => {
      const at = y(load);
      const tick = `<path class="draught" d="M${hull.left} ${at}h14"/>`;
      if (!kept.includes(load)) return tick;
      const pass = analysis.sla.passRate.find((each) => each.stage === stage);
      const held =
        pass === undefined || pass.checked === 0
          ? ''
          : `<tspan class="held ${pass.passed === pass.checked ? 'good' : 'bad'}" x="${hull.left - 14}" dy="15">${pass.passed === pass.checked ? '✓' : '✕'} ${pass.passed}/${pass.checked} held</tspan>`;
      return `${tick}<text class="load" x="${hull.left - 14}" y="${at + (held === '' ? 5 : -1)}">${escapeMarkup(short(stage))}${held}</text>`;
    })
    .join('');
}

function mark(at: number, label: string): string {
  return [
    `<g class="mark"><circle cx="${middle}" cy="${at}" r="21"/><path d="M${middle - 40} ${at}h80"/></g>`,
    `<path class="line" d="M${hull.right + 12} ${at}H${width}"/>`,
    `<text class="limit" x="${hull.right + 18}" y="${at + 20}"><tspan class="name">load line</tspan><tspan x="${hull.right + 18}" dy="19" class="value">${escapeMarkup(label)}</tspan></text>`,
  ].join('');
}
