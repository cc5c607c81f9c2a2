#include "rendering/form_style.h"

namespace trellis::rendering {

const char kFormStyle[] = R"css(
:root {
  color-scheme: light dark;
  --page: #f4f5f3; --sheet: #ffffff; --ink: #16202b; --quiet: #4c5a68; --line: #c3cad1;
  --accent: #14506b; --band: #e8eff3; --good: #17603a; --good-band: #e7f3ec;
  --alert: #9b1c1c; --alert-band: #fdeeee; --on-alert: #ffffff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #11161b; --sheet: #1a2129; --ink: #e9edf1; --quiet: #b0bbc6; --line: #45515d;
    --accent: #8cc8e6; --band: #243039; --good: #93d8af; --good-band: #1b3226;
    --alert: #ffb3ab; --alert-band: #43201f; --on-alert: #3b0d0b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.5 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif;
}
main {
  max-width: 100rem; margin: 0 auto; padding: 2.5rem clamp(1rem, 3vw, 3rem) 3rem;
  background: var(--sheet); border-top: 0.5rem solid var(--accent);
}
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: 0.02em; color: var(--accent); }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; line-height: 1.3; }
p { margin: 0; }
a { color: var(--accent); }
.for { margin: 0.35rem 0 1.5rem; font-size: 1.3rem; }
.facts {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: 0.9rem 2rem;
  margin: 0; padding: 1rem 0 1.1rem;
  border-top: 1px solid var(--line); border-bottom: 1px solid var(--line);
}
.facts .long { grid-column: 1 / -1; }
.facts dt { font-size: 0.85rem; color: var(--quiet); }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.notice {
  margin-top: 1rem; padding: 0.7rem 1rem; font-weight: 600;
  background: var(--band); border-left: 0.4rem solid var(--accent);
}
.notice.alert { background: var(--alert-band); border-color: var(--alert); }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
table { width: 100%; border-collapse: collapse; }
caption { padding: 0 0 0.6rem; text-align: left; color: var(--quiet); }
caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 3rem); }
th, td {
  padding: 0.7rem 0.75rem; border: 1px solid var(--line);
  text-align: left; vertical-align: top; font-weight: 400; overflow-wrap: anywhere;
}
thead th { background: var(--band); font-weight: 700; line-height: 1.3; vertical-align: bottom; }
.plan { min-width: 78rem; table-layout: fixed; font-size: 0.9rem; line-height: 1.45; }
.plan col:nth-child(1) { width: 16%; }
.plan col:nth-child(2) { width: 19%; }
.plan col:nth-child(3) { width: 16%; }
.plan col:nth-child(4) { width: 10%; }
.plan col:nth-child(5) { width: 11%; }
.plan col:nth-child(6) { width: 12%; }
.plan col:nth-child(7) { width: 16%; }
.plan tbody { border-top: 2px solid var(--quiet); }
.items { margin: 0; padding: 0; list-style: none; }
.items > li + li { margin-top: 0.8rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
.items p + p { margin-top: 0.25rem; }
.id {
  display: inline-block; min-width: 1.9em; margin-right: 0.4em; padding: 0 0.3em;
  border-radius: 0.2em; background: var(--band); color: var(--accent);
  font-weight: 700; font-size: 0.9em; text-align: center;
}
.lead { font-weight: 600; }
.tag {
  display: inline-block; margin: 0.1rem 0.35rem 0.1rem 0; padding: 0.05rem 0.45rem;
  border: 1px solid currentColor; border-radius: 0.25rem;
  font-size: 0.92em; font-weight: 600; color: var(--quiet);
}
.tag.good { color: var(--good); background: var(--good-band); }
.tag.alert {
  color: var(--on-alert); background: var(--alert); border-color: var(--alert); font-weight: 700;
}
.label { font-weight: 600; color: var(--quiet); }
.remark, .none { color: var(--quiet); font-style: italic; }
.why { margin-bottom: 0.25rem; font-weight: 600; color: var(--quiet); }
del { color: var(--quiet); text-decoration-thickness: 1px; }
.wide { max-width: 70rem; }
.sign { max-width: 80rem; min-width: 40rem; table-layout: fixed; }
.sign th { width: 32%; font-weight: 600; }
.sign td:nth-of-type(2) { width: 22%; }
.sign p + p { margin-top: 0.25rem; }
.answer { font-weight: 600; }
.answer.good { color: var(--good); }
.outdated { font-weight: 600; color: var(--alert); }
.note p + p { margin-top: 0.5rem; }
.note {
  margin-top: 2.5rem; padding: 1rem 1.25rem; max-width: 80rem;
  background: var(--band); border-left: 0.4rem solid var(--accent);
}
.note h2 { margin: 0 0 0.4rem; font-size: 1.05rem; }
footer { margin-top: 1.5rem; font-size: 0.85rem; color: var(--quiet); overflow-wrap: anywhere; }
@page { size: A4 landscape; margin: 11mm 10mm 12mm; }
@media print {
  body { background: none; font-size: 8.5pt; line-height: 1.3; }
  main { max-width: none; padding: 0; border: 0; }
  h1 { font-size: 17pt; }
  h2 { margin: 11pt 0 4pt; font-size: 12pt; break-after: avoid; }
  .for { margin: 2pt 0 8pt; font-size: 12pt; }
  .facts { grid-template-columns: repeat(4, 1fr); gap: 4pt 12pt; padding: 5pt 0; }
  .facts dt, footer { font-size: 7.5pt; }
  .scroll { overflow: visible; }
  caption span { max-width: none; }
  .sign { min-width: 0; max-width: none; }
  .sign p + p { margin-top: 0; }
  .note { margin-top: 10pt; padding: 5pt 9pt; max-width: none; }
  .note h2 { margin: 0 0 2pt; font-size: 10pt; }
  .note p + p { margin-top: 2pt; }
  footer { margin-top: 6pt; break-before: avoid; }
  .plan { min-width: 0; font-size: 7.8pt; line-height: 1.3; }
  th, td { padding: 3.5pt 4pt; }
  thead { display: table-header-group; }
  .sign tr, .items > li, .note, .notice { break-inside: avoid; }
  .items > li + li { margin-top: 4pt; padding-top: 4pt; }
  .items p + p { margin-top: 1pt; }
  .id, thead th, .tag, .notice, .note { print-color-adjust: exact; }
  .sign-off { break-inside: avoid; }
}
)css";

}  // namespace trellis::rendering
