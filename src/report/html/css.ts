/** The report's style sheet: system fonts, tabular figures, light and dark, phone and paper. */
export const css = `:root {
  color-scheme: light dark;
  --paper: #fbfcfc; --raised: #ffffff; --sunk: #f0f4f5; --ink: #10222f; --muted: #52646f; --rule: #d9e2e6;
  --accent: #0b5d80; --sea: #d3e8f0; --sea-edge: #6fb1ca; --hull: #17364d; --oxide: #8e4034; --on-hull: #ffffff;
  --good: #0b6a5d; --good-tint: #e2f2ef; --warning: #7a5900; --warning-tint: #faf1d8;
  --bad: #a83a05; --bad-tint: #fbe9df; --unknown: #55606a; --unknown-tint: #eaeef0;
  --chart-p50: #0072b2; --chart-p95: #bd4b00; --chart-p99: #85559f; --chart-first: #0072b2; --chart-last: #bd4b00;
  --chart-band: #0072b2; --chart-good: #0072b2; --chart-warning: #c79a1e; --chart-bad: #c75000;
  --chart-muted: #60707c; --chart-ground: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d171e; --raised: #132028; --sunk: #16242d; --ink: #e4ecf0; --muted: #9fb1bc; --rule: #263943;
    --accent: #7cc4e2; --sea: #12384a; --sea-edge: #3f87a3; --hull: #33566f; --oxide: #94493c; --on-hull: #ffffff;
    --good: #6bcfbc; --good-tint: #12322f; --warning: #e8c766; --warning-tint: #33290f;
    --bad: #ffa270; --bad-tint: #3a2015; --unknown: #aebac2; --unknown-tint: #202e37;
    --chart-p50: #56b4e9; --chart-p95: #f2915a; --chart-p99: #c79be0; --chart-first: #56b4e9; --chart-last: #f2915a;
    --chart-band: #56b4e9; --chart-good: #56b4e9; --chart-warning: #e3bd4c; --chart-bad: #f2915a;
    --chart-muted: #93a5b0; --chart-ground: #132028;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1.5rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--raised); padding: .5rem 1rem; z-index: 2; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, .more { font: .875em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { background: var(--sunk); border-radius: 4px; padding: .1em .35em; }
small { font-size: .8125rem; color: var(--muted); }
strong, b { font-weight: 650; }

.hero, .page, footer { max-width: 74rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem); }
.hero {
  display: grid; grid-template: "brand brand" auto "headline drawing" 1fr "keys drawing" auto / minmax(0, 1fr) 21.25rem;
  column-gap: clamp(1.5rem, 5vw, 4.5rem); padding-top: 1.75rem; padding-bottom: 3rem;
}
.hero.alone { grid-template: "brand" auto "headline" auto "keys" auto / minmax(0, 1fr); }
.brand { grid-area: brand; display: flex; align-items: center; gap: .6rem; font-weight: 650; letter-spacing: -.005em; }
.brand .kind { color: var(--muted); font-weight: 400; }
.emblem { width: 2rem; height: 2rem; fill: none; stroke: var(--accent); stroke-width: 4; }
.headline { grid-area: headline; align-self: center; padding: 2rem 0 2.25rem; }
.kicker { margin: 0 0 .9rem; color: var(--muted); font-size: .9375rem; display: flex; flex-wrap: wrap; gap: .1rem 1rem; }
.kicker b { color: var(--ink); }
h1 { margin: 0 0 1.4rem; font-size: clamp(1.5rem, 1rem + 2.2vw, 2.375rem); line-height: 1.22; letter-spacing: -.021em; font-weight: 650; text-wrap: pretty; }
h1.long { font-size: clamp(1.25rem, 1rem + 1.2vw, 1.75rem); line-height: 1.3; letter-spacing: -.015em; }
.pills { margin: 0; display: flex; flex-wrap: wrap; gap: .5rem; }
.pills .status { padding: .3rem .8rem .3rem .6rem; border-radius: 99px; font-size: .9375rem; }
.pills .good { background: var(--good-tint); } .pills .bad { background: var(--bad-tint); }
.pills .warning { background: var(--warning-tint); } .pills .unknown { background: var(--unknown-tint); }
.drawing { grid-area: drawing; align-self: center; }
.keys { grid-area: keys; display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.5rem 1.75rem; margin: 0; }
.keys > div { border-top: 1px solid var(--rule); padding-top: .7rem; }
.keys > .lead { border-top: 3px solid var(--accent); padding-top: calc(.7rem - 2px); }
.keys dt { font-size: .8125rem; color: var(--muted); line-height: 1.35; }
.keys dd { margin: .2rem 0 0; }
.keys b { display: block; font-size: 1.5rem; line-height: 1.3; letter-spacing: -.015em; font-weight: 600; }
.keys b.none { color: var(--muted); font-weight: 400; }
.keys .bad b { color: var(--bad); } .keys .good b { color: var(--good); }
.keys small { display: block; line-height: 1.4; }

.hull { display: block; width: 100%; max-width: 340px; height: auto; margin: 0 auto; font-size: 14px; fill: var(--ink); overflow: visible; }
.hull .plates { fill: var(--hull); } .hull .bottom { fill: var(--oxide); }
.hull .depth { fill: #0b5d80; fill-opacity: .22; } .hull .deck { stroke: var(--hull); stroke-width: 5; stroke-linecap: round; }
.hull .seam { stroke: var(--on-hull); stroke-opacity: .12; }
.hull .sea { fill: var(--sea); }
.hull .hatch { stroke: #f0c75e; stroke-width: 5; stroke-opacity: .8; }
.hull .mark { fill: none; stroke: var(--on-hull); stroke-width: 5; }
.hull .line { stroke: var(--accent); stroke-width: 2; fill: none; }
.hull .draught { stroke: var(--on-hull); stroke-width: 2; }
.hull .brace { stroke: var(--muted); fill: none; }
.hull .load { text-anchor: end; font-weight: 650; }
.hull .held { font-weight: 400; font-size: 12px; }
.hull .held.good { fill: var(--good); } .hull .held.bad { fill: var(--bad); }
.hull .name, .hull .unit, .hull .none { fill: var(--muted); font-size: 12.5px; }
.hull .none { text-anchor: end; }
.hull .knee { font-weight: 600; }
.hull .limit .value { font-size: 17px; font-weight: 650; fill: var(--accent); }
.hull .limit .name { fill: var(--accent); }

.page { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); column-gap: clamp(2rem, 4vw, 3.5rem); border-top: 1px solid var(--rule); padding-top: 2.25rem; }
nav { font-size: .875rem; line-height: 1.4; }
nav ol { list-style: none; margin: 0; padding: 0; position: sticky; top: 1.5rem; }
nav a { display: block; padding: .33rem 0; color: var(--muted); text-decoration: none; }
nav a:hover { color: var(--accent); text-decoration: underline; }
main > section { padding-bottom: 2.5rem; }
main > section + section { border-top: 1px solid var(--rule); padding-top: 2.25rem; }
h2 { margin: 0 0 1.1rem; font-size: 1.625rem; line-height: 1.25; letter-spacing: -.018em; font-weight: 650; text-wrap: balance; }
h3 { margin: 2.2rem 0 .7rem; font-size: 1.125rem; line-height: 1.35; letter-spacing: -.008em; font-weight: 650; }
h4, h5, h6 { margin: 0; font-size: 1.0625rem; line-height: 1.4; font-weight: 650; }
main p { margin: .7rem 0; max-width: 46rem; text-wrap: pretty; }
main ul, main ol { margin: .7rem 0; padding-left: 1.25rem; max-width: 46rem; }
main li { margin: .35rem 0; } main li::marker { color: var(--muted); }
.lead-in { margin-bottom: .3rem; } .card .lead-in strong { font-weight: 400; color: var(--muted); }
.lead-in + ul { margin-top: .3rem; }
.pair { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .2rem 1rem; }
.pair b { font-weight: 400; color: var(--muted); }
ul.boxes { list-style: none; padding: 0; }
ul.boxes li { position: relative; padding-left: 1.9rem; }
ul.boxes li::before { content: ""; position: absolute; left: 0; top: .3rem; width: 1rem; height: 1rem; border: 1.5px solid var(--muted); border-radius: 3px; }

.status { display: inline-flex; align-items: center; gap: .35rem; font-weight: 600; white-space: nowrap; }
.status.good { color: var(--good); } .status.bad { color: var(--bad); }
.status.warning { color: var(--warning); } .status.unknown { color: var(--unknown); font-weight: 400; }
.sign { width: 1em; height: 1em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }

.callout { margin: 1rem 0 1.4rem; padding: 1rem 1.25rem; border-radius: 10px; background: var(--sunk); }
.callout p { margin: .15rem 0; max-width: 44rem; }
.callout-title { display: flex; align-items: center; gap: .5rem; font-weight: 650; }
.callout.good { background: var(--good-tint); } .callout.good .callout-title { color: var(--good); }
.callout.warning { background: var(--warning-tint); } .callout.warning .callout-title { color: var(--warning); }
.callout.bad { background: var(--bad-tint); } .callout.bad .callout-title { color: var(--bad); }
.callout.unknown { background: var(--unknown-tint); }

.card { margin: 1rem 0; padding: 1.1rem 1.35rem 1.2rem; border: 1px solid var(--rule); border-radius: 10px; background: var(--raised); }
.card header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1.5rem; margin-bottom: .6rem; }
.card header h4 { flex: 1 1 18rem; }
.card .label { font-size: .8125rem; color: var(--muted); }
.card p, .card ul { margin: .45rem 0; }
.card > :last-child { margin-bottom: 0; }
.card.bad header h4 { color: var(--bad); }
.card li small { display: block; }

.facts { margin: 1.4rem 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .9rem 2rem; }
.facts dt { font-size: .8125rem; color: var(--muted); } .facts dd { margin: 0; }
.facts small { display: block; }

.table { margin: 1.2rem 0 1.6rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; line-height: 1.45; }
caption { text-align: left; color: var(--muted); font-size: .8125rem; padding: 0 0 .5rem; }
table.compact { width: auto; min-width: min(100%, 26rem); }
table.compact th, table.compact td { padding-right: 2.5rem; }
th, td { padding: .55rem .85rem .55rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th { overflow-wrap: normal; font-size: .8125rem; font-weight: 500; color: var(--muted); vertical-align: bottom; line-height: 1.3; border-bottom-color: var(--muted); }
tbody th { font-weight: inherit; min-width: 5.5rem; overflow-wrap: break-word; max-width: 17rem; }
tbody th:has(code) { min-width: 10.5rem; }
td.right, th.right { text-align: right; white-space: nowrap; }
td.right .status { justify-content: flex-end; }
td.left { min-width: 5.5rem; } td.together { white-space: nowrap; }
td small, th small { display: block; line-height: 1.35; }
td code, th code { background: none; padding: 0; }

details { margin: 1.2rem 0; border: 1px solid var(--rule); border-radius: 10px; background: var(--raised); }
summary { cursor: pointer; padding: .75rem 1.1rem; color: var(--accent); font-weight: 550; }
details[open] > summary { border-bottom: 1px solid var(--rule); }
details > :not(summary) { margin-left: 1.1rem; margin-right: 1.1rem; }

.chart { margin: 1.8rem 0 2rem; padding: 1.2rem 1.25rem 1.1rem; border: 1px solid var(--rule); border-radius: 10px; background: var(--raised); }
.chart h3 { margin: 0 0 .9rem; font-size: 1rem; }
.chart figcaption { margin-top: .8rem; font-size: .8125rem; line-height: 1.5; color: var(--muted); max-width: 46rem; }
.plot { display: block; max-width: 100%; height: auto; overflow: visible; font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif; }
.plot text, .plot tspan { white-space: pre; }
.plot.narrow { display: none; }
.omitted { color: var(--muted); font-size: .875rem; }
footer { color: var(--muted); font-size: .8125rem; padding-top: 1rem; padding-bottom: 3rem; }
footer p { border-top: 1px solid var(--rule); padding-top: 1.2rem; margin: 0; }

@media (max-width: 66rem) {
  .page { display: block; }
  nav { margin-bottom: 2rem; }
  nav ol { position: static; columns: 3 11rem; column-gap: 2rem; }
}
@media (max-width: 52rem) {
  .hero { grid-template: "brand" auto "headline" auto "keys" auto "drawing" auto / minmax(0, 1fr); padding-bottom: 2.25rem; }
  .headline { padding: 1.5rem 0 1.75rem; }
  .keys { grid-template-columns: repeat(2, minmax(0, 1fr)); margin-bottom: 2.5rem; }
}
@media (max-width: 40rem) {
  .pair { display: block; }
  .pair b { display: block; }
  nav { display: none; }
  .chart { padding: 1rem .75rem; margin-left: -.25rem; margin-right: -.25rem; }
  .plot.wide { display: none; }
  .plot.narrow { display: block; margin: 0 auto; }
  .card, .callout { padding: .9rem 1rem 1rem; }
  .keys { gap: 1.2rem 1.25rem; } .keys b { font-size: 1.25rem; }
  table { font-size: .875rem; }
  table.stack, .stack tbody, .stack tr, .stack th, .stack td, .stack caption { display: block; width: auto; min-width: 0; max-width: none; text-align: left; white-space: normal; }
  .stack thead { position: absolute; left: -100vw; }
  .stack tr { border-bottom: 1px solid var(--rule); padding: .7rem 0; }
  .stack tbody th, .stack td { border: 0; padding: .15rem 0; position: static; }
  .stack td { display: grid; grid-template-columns: 6rem minmax(0, 1fr); column-gap: .75rem; }
  .stack td::before { content: attr(data-label); color: var(--muted); font-size: .8125rem; grid-row: span 2; }
  .stack td > span { grid-column: 2; }
  .stack td.right .status { justify-content: flex-start; }
  tbody th { position: sticky; left: 0; background: var(--paper); max-width: 10rem; z-index: 1; padding-right: .9rem; }
  details tbody th { background: var(--raised); }
}
@media print {
  :root {
    --paper: #fff; --raised: #fff; --sunk: #f3f5f6; --ink: #000; --muted: #444; --rule: #c4ccd0;
    --accent: #0b5d80; --sea: #d3e8f0; --hull: #17364d; --oxide: #8e4034;
    --good: #0b6a5d; --good-tint: #e2f2ef; --warning: #6b4e00; --warning-tint: #faf1d8;
    --bad: #a83a05; --bad-tint: #fbe9df; --unknown: #444; --unknown-tint: #eaeef0;
    --chart-p50: #0072b2; --chart-p95: #bd4b00; --chart-p99: #85559f; --chart-first: #0072b2; --chart-last: #bd4b00;
    --chart-band: #0072b2; --chart-good: #0072b2; --chart-warning: #c79a1e; --chart-bad: #c75000;
    --chart-muted: #555; --chart-ground: #fff;
  }
  @page { margin: 16mm 14mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  html { font-size: 12.5px; }
  body { font-size: 10pt; line-height: 1.45; }
  .hero, .page, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .hero { grid-template: "brand brand" auto "headline drawing" 1fr "keys drawing" auto / minmax(0, 1fr) 18rem; column-gap: 1.5rem; padding-top: 0; }
  .hero.alone { grid-template: "brand" auto "headline" auto "keys" auto / minmax(0, 1fr); }
  .keys { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .keys b { font-size: 1.125rem; }
  h1 { font-size: 17pt; } h2 { font-size: 15pt; } h3 { font-size: 11.5pt; }
  .page { display: block; }
  nav, .skip { display: none; }
  .plot.wide { display: block; } .plot.narrow { display: none; }
  .pair { display: grid; }
  table { font-size: 8pt; } th, td { padding: .3rem .5rem .3rem 0; } tbody th { position: static; }
  td.left { min-width: 0; }
  .table { overflow: visible; }
  tr, .card, .callout, .chart, .keys > div { break-inside: avoid; }
  h2, h3, h4, caption, .lead-in, summary { break-after: avoid; }
  thead { display: table-header-group; }
  details { border: 0; } summary { padding: .5rem 0; color: var(--ink); list-style: none; }
  details > :not(summary) { margin-left: 0; margin-right: 0; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
