import { escapeHtml, scriptJson } from './escape.js';
import { STYLE } from './style.js';

/** A page of one file that opens offline; nothing in it runs. `data` goes with it as JSON. */
export function htmlPage(title: string, body: string, data: unknown): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main>
${body}
</main>
<script type="application/json" id="result">${scriptJson(data)}</script>
</body></html>
`;
}
