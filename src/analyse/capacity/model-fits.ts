import type { Interval, ModelFit } from '../analysis.ts';
import { type Fit, fitModel, parameterIntervals } from './fit.ts';
import { growths } from './growth.ts';
import type { LoadPoint } from './load-point.ts';
import { hinge, type Model, models, rateAt } from './model.ts';

/** Fits need so many valid loads; fewer are answered by the stages themselves. */
const leastLoadsForFit = 4;
/** Loads that the USL needs, and how many of them past its peak. */
const uslLoads = 6;
const uslPastPeak = 2;
const bootstrapRounds = 200;
const curvePoints = 60;
const failingShare = 0.05;
const keptShare = 0.95;

/** The fit that may place the knee; `rate` is its plateau, null where the model has none (USL). */
export type KneeFit = { readonly fit: Fit; readonly knee: Interval; readonly rate: Interval | null };

export type Fits = {
  readonly shown: readonly ModelFit[];
  /** The chosen fit, if it may place the knee. */
  readonly chosen: KneeFit | null;
};

/**
 * The models laid through the valid points. Fewer than three: none. Three: the hinge, for the eye only.
 * Chosen is the lowest AICc among those that the data can identify.
 */
export function modelFits(points: readonly LoadPoint[], stopSeen: boolean, random: () => number): Fits {
  const valid = points.filter((p, i) => p.validity === 'valid' && !lostToFailures(p, points.slice(0, i)));
  if (valid.length < 3) return { shown: [], chosen: null };
  const tried = valid.length < leastLoadsForFit ? [hinge] : models;
  const fits = tried.map((model) => ({
    fit: fitModel(model, valid),
    caveat: caveatOf(model, valid, stopSeen),
  }));
  const eligible = fits.filter(({ fit, caveat }) => fit.aicc !== null && mayPlaceKnee(fit, valid, caveat));
  const chosen = eligible.reduce<(typeof eligible)[number] | null>(
    (best, next) => (best === null || (next.fit.aicc ?? 0) < (best.fit.aicc ?? 0) ? next : best),
    null,
  );
  const last = valid[valid.length - 1]?.load ?? 1;
  let knee: Interval | null = null;
  let rate: Interval | null = null;
  const shown = fits.map((entry): ModelFit => {
    const unusable = uslCaveat(entry.fit, valid);
    const identified = entry === chosen || entry.fit.model.name !== 'hinge-with-decline';
    const named = parameterIntervals(entry.fit, valid, random, identified ? bootstrapRounds : 0);
    if (entry === chosen) {
      knee = named[kneeName(entry.fit.model)] ?? null;
      rate = named.xmax ?? null;
    }
    const usable = unusable === null && valid.length >= leastLoadsForFit;
    const parameters = usable ? named : without(named, kneeName(entry.fit.model));
    return {
      model: entry.fit.model.name,
      formula: entry.fit.model.formula,
      parameters: { ...parameters },
      aicc: entry.fit.aicc,
      r2: entry.fit.r2,
      chosen: entry === chosen,
      caveat: unusable ?? entry.caveat,
      curve: curveOf(entry.fit, last, thinkTime(valid)),
    };
  });
  return { shown, chosen: chosen === null || knee === null ? null : { fit: chosen.fit, knee, rate } };
}

/** Less succeeded than at a lower load because requests failed: that is where errors begin, and no shape of a queue. */
function lostToFailures(point: LoadPoint, lower: readonly LoadPoint[]): boolean {
  const most = lower.reduce((best, p) => Math.max(best, p.rate), 0);
  return point.failed > failingShare * point.count && point.rate < keptShare * most;
}

function kneeName(model: Model): string {
  return model.name === 'usl' ? 'peak' : 'knee';
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

function caveatOf(model: Model, points: readonly LoadPoint[], stopSeen: boolean): string | null {
  if (points.length < leastLoadsForFit) {
    return `Drawn for the eye: ${points.length} loads cannot place a knee, so no figure of this fit is used.`;
  }
  if (model.name === 'hinge-with-decline' && !declines(points)) {
    return 'No stage shows a significant fall of throughput: the decline cannot be identified from these loads.';
  }
  if (!stopSeen) return 'Throughput still grew at the last load: the plateau of this fit was not measured.';
  return null;
}

function uslCaveat(fit: Fit, points: readonly LoadPoint[]): string | null {
  if (fit.model.name !== 'usl' || uslIdentified(fit, points)) return null;
  const peak = fit.model.kneeOf(fit.logParameters);
  const past = points.filter((p) => p.load > peak).length;
  return `κ cannot be identified from these loads (${points.length} loads, ${past} past the peak; it needs ${uslLoads} and ${uslPastPeak}): the peak of this fit must not be used, nor its curve beyond the last load.`;
}

function mayPlaceKnee(fit: Fit, points: readonly LoadPoint[], caveat: string | null): boolean {
  if (points.length < leastLoadsForFit) return false;
  const knee = fit.model.kneeOf(fit.logParameters);
  const [first, last] = [points[0], points[points.length - 1]];
  if (first === undefined || last === undefined || !(knee >= first.load && knee <= last.load)) return false;
  switch (fit.model.name) {
    case 'hinge':
    case 'round-hinge':
      return true;
    case 'hinge-with-decline':
      return caveat === null;
    case 'usl':
      return uslIdentified(fit, points);
    default:
      return fit.model.name satisfies never;
  }
}

function uslIdentified(fit: Fit, points: readonly LoadPoint[]): boolean {
  const peak = fit.model.kneeOf(fit.logParameters);
  return (
    points.length >= uslLoads && points.filter((p) => p.load > peak).length >= uslPastPeak && declines(points)
  );
}

function declines(points: readonly LoadPoint[]): boolean {
  return growths(points).some((pair) => pair.kind === 'declined');
}

/** Mean think time, ms, if every point knows it. */
function thinkTime(points: readonly LoadPoint[]): number | null {
  let sum = 0;
  for (const p of points) {
    if (p.thinkTimeMs === null || p.failed > 0.01 * p.count) return null;
    sum += p.thinkTimeMs;
  }
  return points.length === 0 ? null : sum / points.length;
}

/** Evenly spaced in ln N from 1 to 1.2 times the highest load; R = N/X − Z (interactive response-time law). */
function curveOf(fit: Fit, lastLoad: number, thinkTimeMs: number | null): ModelFit['curve'] {
  const to = Math.log(Math.max(2, lastLoad * 1.2));
  return Array.from({ length: curvePoints }, (_, i) => {
    const users = Math.exp((to * i) / (curvePoints - 1));
    const rate = rateAt(fit.model, fit.logParameters, users);
    const responseTime = thinkTimeMs === null ? null : (users / rate) * 1000 - thinkTimeMs;
    return { users, rate, responseTime: responseTime === null ? null : Math.max(0, responseTime) };
  });
}
