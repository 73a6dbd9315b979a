// Line ends and the characters by which protocols frame a record: they stand around a line's content and are no part of
// it.

/** STX, ETX, EOT, LF, CR */
function isFraming(code: number): boolean {
  return code === 10 || code === 13 || (code >= 2 && code <= 4)
}

/** A line without the framing characters around it. */
export function trimmedLine(line: string): string {
  let from = 0
  let to = line.length
  while (from < to && isFraming(line.charCodeAt(from))) from++
  while (to > from && isFraming(line.charCodeAt(to - 1))) to--
  return from === 0 && to === line.length ? line : line.slice(from, to)
}

/** The same of bytes: the first one, and the one behind the last. */
export function trimmedRange(bytes: Uint8Array, from: number, to: number): [first: number, end: number] {
  let first = from
  let end = to
  while (first < end && isFraming(bytes[first] as number)) first++
  while (end > first && isFraming(bytes[end - 1] as number)) end--
  return [first, end]
}
