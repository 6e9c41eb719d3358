import type { Analysis } from '../../analyse/analysis.ts';
import { bottleneckSection } from './bottlenecks.ts';
import { breakingPoint, failureRate } from './breaking-point.ts';
import { conclusionSection, methodologySection, nextStepsSection, readinessSection } from './closing.ts';
import type { Document, Section } from './document.ts';
import { worstAndBest } from './endpoints.ts';
import { groupSection } from './groups.ts';
import { patternsSection } from './patterns.ts';
import { recommendationSection } from './recommendations.ts';
import { slaSection } from './sla.ts';
import { failuresOf, summarySection } from './summary.ts';
import { validitySection } from './validity.ts';

/** The report of an analysis, section by section, before it has a medium. */
export function composeDocument(analysis: Analysis): Document {
  return {
    title: `Performance analysis: ${analysis.run.name}`,
    sections: [
      summarySection(analysis),
      validitySection(analysis),
      criticalSection(analysis),
      patternsSection(analysis),
      bottleneckSection(analysis),
      slaSection(analysis),
      groupSection(analysis),
      recommendationSection(analysis),
      readinessSection(analysis),
      methodologySection(analysis),
      nextStepsSection(analysis),
      conclusionSection(analysis),
    ],
  };
}

function criticalSection(analysis: Analysis): Section {
  return {
    id: 'findings',
    title: 'Critical Findings',
    blocks: [...breakingPoint(analysis), ...worstAndBest(analysis), ...failureRate(analysis, failuresOf)],
  };
}
