import { cssVariables } from './palette.js';

/** The report's look: calm, readable at any width, light and dark, on paper too. */
export const STYLE = `
:root { color-scheme: light dark; ${cssVariables('light')} }
@media screen and (prefers-color-scheme: dark) { :root { ${cssVariables('dark')} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 980px; padding: 24px 24px 64px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; } h2 { font-size: 1.15rem; margin: 40px 0 8px; }
.lead { color: var(--faint); margin: 0 0 16px; overflow-wrap: anywhere; }
.simulated { background: var(--note); color: var(--note-ink); border-radius: 6px; padding: 10px 14px; margin: 16px 0; }
.result { border-top: 1px solid var(--rule); padding: 16px 0 4px; }
.result h3 { margin: 0; font-size: 1rem; font-weight: 600; }
.figure { font-size: 1.7rem; font-weight: 650; font-variant-numeric: tabular-nums; margin: 4px 0 0; }
.figure small { font-size: 1rem; font-weight: 400; color: var(--faint); }
figure { margin: 28px 0; } figcaption { font-weight: 600; margin-bottom: 4px; }
svg { display: block; width: 100%; height: auto; } .narrow { display: none; }
.summary { color: var(--faint); font-size: .9rem; margin: 4px 0; }
details { font-size: .9rem; } :focus-visible { outline: 2px solid var(--s1); outline-offset: 2px; } summary { cursor: pointer; color: var(--faint); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { text-align: left; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td { text-align: right; white-space: nowrap; } td.text { text-align: left; } table.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; } table.facts { width: 100%; }
thead th { color: var(--faint); font-weight: 500; } tbody th { font-weight: 500; }
.sum { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.warnings li { margin: 6px 0; } .warnings b { text-transform: capitalize; }
@media (max-width: 600px) { body { padding: 16px 16px 48px; } .wide { display: none; } .narrow { display: block; }
  .figure { font-size: 1.35rem; } th, td { padding-right: 10px; } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 11pt; }
  figure, .result, tr { break-inside: avoid; } h2 { break-after: avoid; } details { display: none; }
  .narrow { display: none; } .wide { display: block; } .scroll { overflow: visible; } td { white-space: normal; } table { font-size: 8.5pt; } }
@page { size: A4; margin: 18mm; }
`;
