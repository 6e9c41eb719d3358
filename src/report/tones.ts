import type { Analysis, EndpointAnalysis, Recommendation, Validity } from '../analyse/analysis.ts';
import type { Tone } from './document/document.ts';

/** How good or bad the whole run reads, from what the analysis has decided. */
export function verdictTone(analysis: Analysis): Tone {
  if (analysis.validity.overall === 'invalid' || analysis.diagnosis.verdict === 'invalid') return 'unknown';
  if (analysis.readiness.state === 'not-ready' || analysis.sla.held === false) return 'bad';
  if (analysis.validity.overall === 'lower-bound') return 'warning';
  if (analysis.endpoints.some((endpoint) => endpoint.status !== 'ok')) return 'warning';
  return analysis.readiness.state === 'ready' || analysis.sla.held === true ? 'good' : 'neutral';
}

export function validityTone(state: Validity): Tone {
  switch (state) {
    case 'valid':
      return 'good';
    case 'lower-bound':
      return 'warning';
    case 'invalid':
      return 'bad';
    default:
      return state satisfies never;
  }
}

export function validityWord(state: Validity): string {
  switch (state) {
    case 'valid':
      return 'valid';
    case 'lower-bound':
      return 'lower bound';
    case 'invalid':
      return 'invalid';
    default:
      return state satisfies never;
  }
}

export function statusTone(state: EndpointAnalysis['status']): Tone {
  switch (state) {
    case 'ok':
      return 'good';
    case 'warning':
      return 'warning';
    case 'critical':
      return 'bad';
    default:
      return state satisfies never;
  }
}

export function statusWord(state: EndpointAnalysis['status']): string {
  return state === 'ok' ? 'OK' : state === 'warning' ? 'Warning' : 'Critical';
}

/** Held, missed, or not to be told. */
export function metTone(met: boolean | null): Tone {
  return met === null ? 'unknown' : met ? 'good' : 'bad';
}

export function priorityTone(priority: Recommendation['priority']): Tone {
  switch (priority) {
    case 'critical':
      return 'bad';
    case 'high':
      return 'warning';
    case 'medium':
    case 'low':
      return 'neutral';
    default:
      return priority satisfies never;
  }
}

export function readinessWord(state: Analysis['readiness']['state']): string {
  switch (state) {
    case 'ready':
      return 'Ready';
    case 'not-ready':
      return 'Not ready';
    case 'unknown':
      return 'Cannot be told from this run';
    default:
      return state satisfies never;
  }
}

export function readinessTone(state: Analysis['readiness']['state']): Tone {
  return state === 'ready' ? 'good' : state === 'not-ready' ? 'bad' : 'unknown';
}
