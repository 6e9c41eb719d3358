/**
 * A report before it has a medium: sections of blocks in reading order. Every string in it is raw text (from the
 * analysis or from here) and each renderer escapes it for its medium.
 */
export type Document = {
  readonly title: string;
  readonly sections: readonly Section[];
};

export type Section = {
  /** Anchor, unique in the document. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
};

/** Good or bad is always said by a word or a sign too, never by the colour alone. */
export type Tone = 'good' | 'warning' | 'bad' | 'unknown' | 'neutral';

export type Span =
  | string
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'status'; readonly tone: Tone; readonly text: string }
  /** Said more quietly: an interval beside its value. */
  | { readonly kind: 'quiet'; readonly text: string };

export type Line = readonly Span[];

export type Column = {
  readonly title: string;
  readonly align: 'left' | 'right' | 'center';
  /** Short figures that should stay on one line. */
  readonly together?: boolean;
  /** Whole sentences: on a phone such a table's rows stand one beneath the other. */
  readonly prose?: boolean;
};

export type Item = {
  readonly line: Line;
  /** An open box to tick. */
  readonly box?: boolean;
  readonly more?: readonly Line[];
};

export type ChartName =
  | 'load-curve'
  | 'timeline'
  | 'distribution'
  | 'degradation'
  | 'sla-heat-map'
  | 'evidence'
  /** The target's own figures. */
  | 'telemetry'
  /** The trials of a search for the highest rate within the SLA. */
  | 'rate-search'
  /** Of probes. */
  | 'coupling'
  | 'solo'
  | 'reuse'
  | 'keys'
  | 'sizes'
  | 'rows'
  | 'steps'
  /** Of a comparison. */
  | 'changes';

export type Block =
  | { readonly kind: 'heading'; readonly title: string; readonly tone?: Tone }
  | { readonly kind: 'paragraph'; readonly line: Line }
  | { readonly kind: 'callout'; readonly tone: Tone; readonly title: string; readonly lines: readonly Line[] }
  /** Names and their values. */
  | { readonly kind: 'facts'; readonly entries: readonly (readonly [string, Line])[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Item[] }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly Line[])[];
    }
  /** Closed at first; `blocks` lie beneath the summary. */
  | { readonly kind: 'details'; readonly summary: string; readonly blocks: readonly Block[] }
  /** A finding or a recommendation that stands on its own. */
  | {
      readonly kind: 'card';
      readonly tone: Tone;
      readonly label: string;
      readonly title: string;
      readonly blocks: readonly Block[];
    }
  /** Drawn where the medium can draw. */
  | {
      readonly kind: 'chart';
      readonly chart: ChartName;
      /** The same figures as a table: beneath the chart where it is drawn, in its place where it is not. */
      readonly table?: readonly Block[];
      /** How to read that table where no chart stands beside it. */
      readonly caption?: string;
    };

export const left = (title: string): Column => ({ title, align: 'left' });
export const right = (title: string): Column => ({ title, align: 'right' });
export const prose = (title: string): Column => ({ title, align: 'left', prose: true });
export const together = (title: string): Column => ({ title, align: 'left', together: true });

export const strong = (text: string): Span => ({ kind: 'strong', text });
export const code = (text: string): Span => ({ kind: 'code', text });
export const quiet = (text: string): Span => ({ kind: 'quiet', text });
export const status = (tone: Tone, text: string): Span => ({ kind: 'status', tone, text });

export const paragraph = (...line: Line): Block => ({ kind: 'paragraph', line });
export const heading = (title: string, tone?: Tone): Block =>
  tone === undefined ? { kind: 'heading', title } : { kind: 'heading', title, tone };
export const bullets = (lines: readonly Line[]): readonly Block[] =>
  lines.length === 0 ? [] : [{ kind: 'list', ordered: false, items: lines.map((line) => ({ line })) }];
export const sentences = (texts: readonly string[]): readonly Block[] => bullets(texts.map((text) => [text]));
export const table = (
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Line[])[],
): readonly Block[] => (rows.length === 0 ? [] : [{ kind: 'table', caption, columns, rows }]);
export const details = (summary: string, blocks: readonly Block[]): readonly Block[] =>
  blocks.length === 0 ? [] : [{ kind: 'details', summary, blocks }];
