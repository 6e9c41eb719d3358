import { asItIs, type Expander } from './environment.ts';
import { quoted } from './fault.ts';
import { metricsUrlIssue } from './normalise-observe.ts';
import type { Observation } from './plan.ts';
import { hasVariable, type Report } from './plan-text.ts';
import { expandHeaders } from './resolve-headers.ts';

/** The environment's values filled in; no fault repeats them. */
export function resolveObserve(observe: Observation, expand: Expander, report: Report): Observation {
  return {
    ...observe,
    prometheus: observe.prometheus.map((source, index) => {
      const at = ['observe', 'prometheus', index];
      const url = expand(source.url, at, asItIs);
      if (hasVariable(source.url)) {
        const found = metricsUrlIssue(url, at, `the value of ${quoted(source.url)}`);
        if (found !== null && url !== '') report({ ...found, hint: null });
      }
      return { ...source, url, headers: expandHeaders(source.headers, [...at, 'headers'], expand, report) };
    }),
  };
}
