/** Okabe-Ito hues, told apart by readers with any of the common colour deficiencies; light and dark. */
const hues = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#7f7f7f",
  "#b8a500",
];

export const reportStyle = `
:root { color-scheme: light dark; --ink: #1c2024; --faint: #646b73; --paper: #fff; --rule: #d9dce0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --faint: #9aa1a9; --paper: #16181b; --rule: #34383d; } }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, .facts td { text-align: left; } .facts td { white-space: normal; color: var(--faint); }
thead th { color: var(--faint); font-weight: 500; }
figure { margin: 1rem 0; max-width: 480px; flex: 1 1 400px; } figcaption, footer { color: var(--faint); font-size: 12px; }
.pair { display: flex; flex-wrap: wrap; gap: 1rem; } footer { margin-top: 2rem; }
svg { width: 100%; height: auto; font: 10px system-ui, sans-serif; fill: var(--ink); }
.grid { stroke: var(--rule); stroke-width: 0.5; } .base { stroke: var(--faint); }
.axis { text-anchor: end; dominant-baseline: middle; fill: var(--faint); } .tick, .value { text-anchor: middle; } .faint { fill: var(--faint); }
.legend { text-anchor: end; } polyline { fill: none; stroke-width: 1.5; }
${hues.map((hue, s) => `.s${s} { fill: ${hue}; } .l${s} { stroke: ${hue}; } tspan.k${s} { fill: ${hue}; } th.k${s} { color: ${hue}; }`).join("\n")}
@media print { body { max-width: none; } }
`;
