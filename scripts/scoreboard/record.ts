import * as z from 'zod';
import { type Analysis, causes } from '../../src/analyse/analysis.ts';

const cause = z.enum(causes);
const interval = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });

/** What a way of judging said of a system. */
const answerSchema = z.object({
  verdict: z.enum(['found', 'none', 'unknown', 'invalid']),
  /** Findings, the first one first. */
  found: z.array(
    z.object({
      cause,
      confidence: z.enum(['high', 'medium', 'low']),
      estimates: z.record(z.string(), interval),
    }),
  ),
  /** Classes that it could not tell apart. */
  undecided: z.array(z.array(cause)),
});
export type Answer = z.infer<typeof answerSchema>;

const figures = z.object({ okRate: z.number(), p95: z.number().nullable() });
const effectSchema = z.object({ users: z.number(), faulty: figures, remedied: figures });
/** The same load against the system with its fault and without. */
export type Effect = z.infer<typeof effectSchema>;

/** One system that was run: a line of the results' file. Times ms, rates per second. */
const recordSchema = z.object({
  kind: z.literal('system'),
  id: z.string(),
  systemKind: z.string(),
  seed: z.int(),
  half: z.enum(['dev', 'held-out']),
  stack: z.string(),
  truth: z.object({
    causes: z.array(cause).readonly(),
    also: z.array(cause).readonly(),
    isOutside: z.boolean(),
    size: z.number().nullable(),
  }),
  /** Of git: the commit, and the tree of the rules (`src/analyse`). */
  commit: z.string(),
  rules: z.string(),
  budgetMs: z.number(),
  diagnosisMs: z.number(),
  requests: z.number(),
  /** Measured at one load with the fault and without; null: there is none to take away. */
  effect: effectSchema.nullable(),
  /** Null: the diagnosis did not end in an analysis; `trouble` says why. */
  answers: z.object({ tool: answerSchema, withoutProbes: answerSchema, checklist: answerSchema }).nullable(),
  trouble: z.string().nullable(),
  /** Gains in throughput that were predicted for a remedy of the planted cause, and what it brought at that load. */
  predictions: z.array(
    z.object({ metric: z.string(), low: z.number(), high: z.number(), outcome: effectSchema }),
  ),
});
export type SystemRecord = Readonly<z.infer<typeof recordSchema>>;

/** The records of a file of JSON lines; a line that was cut off, or that an older version wrote, is left out. */
export function recordsIn(text: string): readonly SystemRecord[] {
  return text.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    const parsed = recordSchema.safeParse(jsonOf(line));
    return parsed.success ? [parsed.data] : [];
  });
}

const freezeSchema = z.object({ kind: z.literal('freeze'), commit: z.string(), rules: z.string() });

/** The rules that the held-out half is judged by: those of the last freeze; null: there was none. */
export function frozenIn(text: string): { readonly commit: string; readonly rules: string } | null {
  const freezes = text.split('\n').flatMap((line) => {
    const parsed = freezeSchema.safeParse(jsonOf(line));
    return parsed.success ? [parsed.data] : [];
  });
  return freezes.at(-1) ?? null;
}

export function answerOf({ diagnosis }: Analysis): Answer {
  return {
    verdict: diagnosis.verdict,
    found: diagnosis.findings.map(({ cause, confidence, estimates }) => ({ cause, confidence, estimates })),
    undecided: diagnosis.undecided.map((one) => one.causes),
  };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
