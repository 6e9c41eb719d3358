import type { Analysis, Recommendation } from '../../analyse/analysis.ts';
import { figure } from '../format.ts';
import { headline } from '../plain.ts';
import { priorityTone } from '../tones.ts';
import { type Block, code, heading, paragraph, type Section, strong } from './document.ts';

const priorities = ['critical', 'high', 'medium', 'low'] as const;

export function recommendationSection(analysis: Analysis): Section {
  const blocks: Block[] = [];
  let place = 0;
  for (const priority of priorities) {
    const own = analysis.recommendations.filter((each) => each.priority === priority);
    if (own.length === 0) continue;
    blocks.push(heading(priorityTitle(priority), priorityTone(priority)));
    for (const each of own) {
      place += 1;
      blocks.push(card(each, place));
    }
  }
  return {
    id: 'recommendations',
    title: 'Recommendations by Priority',
    blocks: blocks.length > 0 ? blocks : [paragraph('Nothing that was measured calls for a change.')],
  };
}

function priorityTitle(priority: Recommendation['priority']): string {
  switch (priority) {
    case 'critical':
      return 'Critical: before more load';
    case 'high':
      return 'High';
    case 'medium':
      return 'Medium';
    case 'low':
      return 'Low';
    default:
      return priority satisfies never;
  }
}

function card(each: Recommendation, place: number): Block {
  const { first, rest } = headline(each.action);
  return {
    kind: 'card',
    tone: priorityTone(each.priority),
    label: each.effort === 'unknown' ? 'effort not known' : `${each.effort} effort`,
    title: `${place}. ${first}`,
    blocks: [
      ...(rest === null ? [] : [paragraph(rest)]),
      paragraph(strong('Because: '), each.because),
      ...(each.effect === null
        ? []
        : [paragraph(strong('Predicted effect: '), `${predictedRange(each.effect)} (${each.effect.model})`)]),
      ...(each.verify === '' ? [] : [paragraph(strong('Verify: '), code(each.verify))]),
    ],
  };
}

/** `throughput 1× to 2.5×`. */
export function predictedRange(effect: NonNullable<Recommendation['effect']>): string {
  const { metric, low, high, unit } = effect;
  const close = unit === '' || unit === '×' || unit === 'x';
  const value = (of: number): string => (close ? `${figure(of)}${unit}` : `${figure(of)} ${unit}`);
  return `${metric} ${low === high ? value(low) : `${value(low)} to ${value(high)}`}`;
}
