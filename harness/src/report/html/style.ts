/** The report's look: calm, readable at any width, light and dark, on paper too. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2430; --faint: #5b6472; --grid: #e4e7ec; --rule: #d4d8df;
  --s1: #0072b2; --s2: #d55e00; --s3: #009e73; --s4: #a64d87; --truth: #b00020; --note: #fff4d6; --note-ink: #6b4e00;
  --phase-idle: #e9eef3; --phase-settle: #f6f2e7; --phase-warmup: #fde7cf; --phase-load: #d9ecdf; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e6e9ee; --faint: #a2abb8; --grid: #2a313c;
  --rule: #39424f; --s1: #56b4e9; --s2: #f0935a; --s3: #3cc79b; --s4: #d794bf; --truth: #ff8a8a; --note: #3a2f10;
  --note-ink: #ffdf8f; --phase-idle: #1d2530; --phase-settle: #2b281d; --phase-warmup: #3d2c1a; --phase-load: #1b3527; } }
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
details { font-size: .9rem; } summary { cursor: pointer; color: var(--faint); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { text-align: left; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td { text-align: right; } table.facts td { text-align: left; overflow-wrap: anywhere; } table.facts { width: 100%; }
thead th { color: var(--faint); font-weight: 500; } tbody th { font-weight: 500; }
.sum { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.warnings li { margin: 6px 0; } .warnings b { text-transform: capitalize; }
@media (max-width: 600px) { body { padding: 16px 16px 48px; } .wide { display: none; } .narrow { display: block; }
  .figure { font-size: 1.35rem; } th, td { padding-right: 10px; } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 11pt; }
  figure, .result { break-inside: avoid; } details { display: none; } }
@page { size: A4; margin: 18mm; }
`;
