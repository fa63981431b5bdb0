/**
 * The audit's one style sheet. Black on white with a single accent for drift, system fonts only, figures in columns
 * of equal digits; on paper A4 with rows kept whole and heads repeated. Contrast is at least 4.5 to 1 for all text.
 */
export const DRIFT_AUDIT_STYLE = `
:root { color-scheme: light; --ink: #1a232b; --soft: #4a5560; --line: #d5dade; --faint: #f5f6f7; --drift: #9c4320; --calm: #1f6159; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 62rem; margin: 0 auto; padding: 3.5rem 2rem 4rem; }
h1, h2, h3, .lead, dd { font-family: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
h1 { margin: 0; font-size: 2.6rem; font-weight: 600; line-height: 1.1; letter-spacing: -.015em; }
h2 { margin: 3.25rem 0 .75rem; padding-top: .9rem; border-top: 2px solid var(--ink); font-size: 1.45rem; font-weight: 600; line-height: 1.25; }
h3 { margin: 2rem 0 .25rem; font-size: 1.1rem; font-weight: 600; }
p { margin: 0 0 .8rem; max-width: 44rem; }
.eyebrow { margin: 0 0 .5rem; color: var(--soft); font-size: .8rem; font-weight: 600; letter-spacing: .09em; text-transform: uppercase; }
.period { margin: .6rem 0 0; color: var(--soft); }
.status { display: inline-block; margin: 1.1rem 0 0; padding: .3rem .75rem; border: 1px solid var(--line); border-radius: 3px; background: var(--faint); font-size: .88rem; }
.lead { margin: 1.75rem 0 0; max-width: 46rem; font-size: 1.25rem; line-height: 1.5; }
dl.figures { display: grid; grid-template-columns: repeat(4, 1fr); margin: 1.25rem 0 0; border-top: 1px solid var(--line); }
dl.figures div { padding: .9rem 1rem .85rem 0; border-bottom: 1px solid var(--line); }
dl.figures dt { color: var(--soft); font-size: .84rem; line-height: 1.35; }
dl.figures dd { margin: .15rem 0 0; font-size: 1.7rem; line-height: 1.2; }
dl.figures dd.before { margin-top: .1rem; color: var(--soft); font: .82rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
ul.gaps { margin: 0; padding: 0; max-width: 48rem; list-style: none; }
ul.gaps li { padding: .5rem 0 .5rem 1rem; border-left: 3px solid var(--drift); margin-bottom: .4rem; background: var(--faint); overflow-wrap: anywhere; }
.clear { padding: .6rem 1rem; border-left: 3px solid var(--calm); background: var(--faint); }
figure { margin: 1rem 0 1.25rem; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: .88rem; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { padding: 0 0 .55rem; color: var(--soft); font-size: .88rem; text-align: left; }
th, td { padding: .42rem .8rem .42rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom: 1px solid var(--ink); color: var(--soft); font-size: .8rem; font-weight: 600; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 500; overflow-wrap: anywhere; }
.n { text-align: right; white-space: nowrap; }
.breakdown thead th:first-child { width: 44%; }
.share { position: relative; min-width: 7.5rem; }
.share i { position: absolute; right: 0; bottom: 0; height: 2px; max-width: 100%; background: #b4532a; }
.scroll { overflow-x: auto; }
.findings { font-size: .84rem; }
.findings td { overflow-wrap: break-word; min-width: 5rem; max-width: 14rem; }
.findings tbody th { min-width: 9.5rem; }
small { display: block; color: var(--soft); font-size: .92em; font-weight: 400; }
small.late { color: var(--drift); font-weight: 600; }
em { color: var(--soft); }
.value { white-space: pre-wrap; overflow-wrap: anywhere; }
.severity { display: block; font-size: .74rem; letter-spacing: .04em; }
.severity.critical, .severity.high { color: var(--drift); }
.severity.medium, .severity.low { color: var(--soft); font-weight: 600; }
.terms { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 0; max-width: 48rem; font-size: .9rem; }
.terms dt { font-weight: 600; }
.terms dd { margin: 0; font: inherit; }
.sign { display: grid; grid-template-columns: 2fr 2fr 1fr; gap: 0 2rem; margin-top: 2.75rem; }
.sign p { margin: 0; padding-top: .35rem; border-top: 1px solid var(--ink); color: var(--soft); font-size: .84rem; }
footer { margin-top: 3rem; padding-top: .9rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .84rem; }
@media (max-width: 44rem) { main { padding: 2rem 1.1rem; } dl.figures { grid-template-columns: repeat(2, 1fr); } .terms, .sign { grid-template-columns: 1fr; } .sign { gap: 2.5rem; } figure { overflow-x: auto; } figure svg { min-width: 40rem; } }
@page { size: A4; margin: 18mm 15mm; }
@media print {
  body { font-size: 9.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  h2, h3, caption { break-after: avoid; }
  tr, figure, dl.figures div, ul.gaps li, .sign { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  .findings { font-size: 7.5pt; }
  .findings td, .findings tbody th { min-width: 0; }
}
`;
