// Rows of CSV by RFC 4180. A spreadsheet takes a text for a formula that begins with one of four characters: those get an
// apostrophe before them, which it does not show.

export type Cell = string | number | boolean | null

/** With the end of the line. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`
}

function cellText(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = /^[=+\-@]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
