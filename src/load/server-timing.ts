/** So many metrics of one answer are looked at. */
const mostMetrics = 20;

/**
 * Durations of `Server-Timing` lines in ms, by metric: `db;dur=53, app;desc="all of it";dur=61.2` → { db: 53, app: 61.2 }
 * (W3C Server Timing). Of a metric that comes twice the last counts; metrics without a duration are left out.
 */
export function serverTimingOf(lines: readonly string[]): Readonly<Record<string, number>> {
  const found = new Map<string, number>();
  for (const metric of lines.flatMap((line) => line.slice(0, 4096).match(metrics) ?? [])) {
    const [name = '', ...parameters] = metric.split(';').map((part) => part.trim());
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/.test(name) || name === '__proto__') continue;
    for (const parameter of parameters) {
      const duration = /^dur\s*=\s*"?(\d{1,12}(?:\.\d{1,12})?)"?$/i.exec(parameter)?.[1];
      if (duration !== undefined && (found.has(name) || found.size < mostMetrics))
        found.set(name, Number(duration));
    }
  }
  return Object.fromEntries(found);
}

/** Up to a comma that stands in no quoted text. */
const metrics = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;
