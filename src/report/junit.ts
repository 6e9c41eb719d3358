import type { Analysis, SlaCheck } from '../analyse/analysis.ts';
import { limitOf } from './document/sla.ts';
import { escapeMarkup } from './escape.ts';
import { statisticValue } from './format.ts';
import { stageNames } from './stage-names.ts';
import { validityWord } from './tones.ts';

type Case = {
  readonly name: string;
  readonly classname: string;
  readonly outcome:
    | { readonly kind: 'passed' }
    | { readonly kind: 'failed'; readonly type: string; readonly message: string; readonly detail: string }
    | { readonly kind: 'skipped'; readonly message: string };
};

/**
 * The analysis for a CI server: one suite a stage (is the measurement valid, does each promise hold there) and one for
 * readiness. What the run cannot tell is skipped, never passed.
 */
export function renderJunit(analysis: Analysis): string {
  const names = stageNames(analysis);
  const suites = names.all.map((stage) =>
    suite(names.of(stage), stageCases(analysis, stage, names.of(stage)), analysis),
  );
  if (analysis.readiness.rows.length > 0) suites.push(suite('readiness', readinessCases(analysis), analysis));
  const cases = suites.flatMap((each) => each.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeMarkup(`loadline ${analysis.run.name}`)}" ${tally(cases)}>`,
    ...suites.map((each) => each.text),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(
  name: string,
  cases: readonly Case[],
  analysis: Analysis,
): { cases: readonly Case[]; text: string } {
  const when = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(analysis.summary.when)?.[0];
  const timestamp = when === undefined ? '' : ` timestamp="${when}"`;
  const head = `  <testsuite name="${escapeMarkup(name)}" ${tally(cases)}${timestamp}>`;
  return { cases, text: [head, ...cases.map(caseText), '  </testsuite>'].join('\n') };
}

function tally(cases: readonly Case[]): string {
  const of = (kind: Case['outcome']['kind']): number =>
    cases.filter((each) => each.outcome.kind === kind).length;
  return `tests="${cases.length}" failures="${of('failed')}" errors="0" skipped="${of('skipped')}"`;
}

function caseText({ name, classname, outcome }: Case): string {
  const open = `    <testcase name="${escapeMarkup(name)}" classname="${escapeMarkup(classname)}"`;
  switch (outcome.kind) {
    case 'passed':
      return `${open}/>`;
    case 'failed':
      return `${open}>\n      <failure type="${escapeMarkup(outcome.type)}" message="${escapeMarkup(outcome.message)}">${escapeMarkup(outcome.detail)}</failure>\n    </testcase>`;
    case 'skipped':
      return `${open}>\n      <skipped message="${escapeMarkup(outcome.message)}"/>\n    </testcase>`;
    default:
      return outcome satisfies never;
  }
}

function stageCases(analysis: Analysis, stage: number, name: string): readonly Case[] {
  const validity = analysis.validity.stages.find((each) => each.stage === stage);
  const cases: Case[] = [];
  if (validity !== undefined)
    cases.push({
      name: 'the measurement is valid',
      classname: `validity.${name}`,
      outcome:
        validity.state === 'valid'
          ? { kind: 'passed' }
          : {
              kind: 'failed',
              type: validity.state,
              message: `the measurement at ${name} is ${validityWord(validity.state)}`,
              detail: validity.because.join(' '),
            },
    });
  return [...cases, ...analysis.sla.checks.map((check) => slaCase(check, stage, name))];
}

function slaCase(check: SlaCheck, stage: number, name: string): Case {
  const found = check.stages.find((each) => each.stage === stage);
  const value = statisticValue(check.statistic, found?.value ?? null);
  const named = { name: `${check.endpoint}: ${limitOf(check)}`, classname: `sla.${name}` };
  if (found === undefined || found.met === null)
    return { ...named, outcome: { kind: 'skipped', message: 'this run cannot tell' } };
  if (found.met) return { ...named, outcome: { kind: 'passed' } };
  const limit = statisticValue(check.statistic, check.limit);
  return {
    ...named,
    outcome: {
      kind: 'failed',
      type: 'sla',
      message: `${check.statistic} is ${value}, the limit is ${limit}`,
      detail: `${check.endpoint} at ${name}: ${check.statistic} is ${value}, the limit is ${limit}.`,
    },
  };
}

function readinessCases(analysis: Analysis): readonly Case[] {
  return analysis.readiness.rows.map((row) => {
    const named = { name: row.requirement, classname: 'readiness' };
    if (row.met === null) return { ...named, outcome: { kind: 'skipped', message: 'this run cannot tell' } };
    if (row.met) return { ...named, outcome: { kind: 'passed' } };
    const message = `current: ${row.current}; target: ${row.target}`;
    return {
      ...named,
      outcome: { kind: 'failed', type: 'readiness', message, detail: `${message} (${row.basis})` },
    };
  });
}
