/** A table in Markdown; the first row is the header. Names come from outside: they must not end a cell or begin markup. */
export function markdownTable([header = [], ...rows]: readonly string[][]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---|').join('')}`, ...rows.map(line)];
}

/** Text on one line that is nothing but text, in a cell too. */
export function markdownText(text: string): string {
  return text.replaceAll(/[\\`*_|<>[\]]/g, '\\$&').replaceAll(/\s+/g, ' ');
}
