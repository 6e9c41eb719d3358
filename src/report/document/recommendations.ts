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

/** `1 × to 2.5 × throughput`, `connecting time 0 to 3 ms`. */
export function predictedRange({ metric, low, high, unit }: NonNullable<Recommendation['effect']>): string {
  if (unit === '×' || unit === 'x') {
    const times = (of: number): string => `${figure(of)} ×`;
    return `${low === high ? times(low) : `${times(low)} to ${times(high)}`} ${metric}`;
  }
  const value = low === high ? figure(low) : `${figure(low)} to ${figure(high)}`;
  return `${metric} ${value}${unit === '' ? '' : ` ${unit}`}`;
}
