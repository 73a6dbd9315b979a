// Which epoch a stretch of a file sets: an H or an `open` notice in a sound batch does. Damage sets none, but it may hide
// an `open`.
import type { Header } from './line.ts'

const openMark = Buffer.from(' open {"epoch":"')
const openPattern = /^N \d\d:\d\d:\d\d\.\d{3} open \{"epoch":"([a-z0-9]{8})"/
/** length of `N HH:MM:SS.mmm` */
const noticeStart = 14
/** `openMark` in a line: fewer bytes of it than these, and the line was no `open` before it was damaged */
const likeOpen = openMark.length / 2
/** of an `open` whose start was damaged, or joined to the line before it */
const openWords = /open \{|"epoch":/
/** more of a line is damaged than one byte */
const isWrecked = /[\x00-\x1f\x7f].*[\x00-\x1f\x7f]/
/** where an H has its epoch: behind `H HH:MM:SS.mmm fieldlog 1 ` */
const epochStart = 26
const lf = 10

/** The epoch in force behind a sound batch, as its last `open` notice or its H says; undefined where neither is in it. */
export function epochIn({ body, header }: { body: Buffer; header: Header | undefined }): string | undefined {
  for (let at = body.lastIndexOf(openMark); at >= noticeStart; at = body.lastIndexOf(openMark, at - 1)) {
    const line = at - noticeStart
    // at the start of a line: a device may well send such a text
    if (line > 0 && body[line - 1] !== lf) continue
    const epoch = openPattern.exec(body.toString('latin1', line, line + 64))?.[1]
    if (epoch) return epoch
  }
  return header?.epoch
}

/**
 * Whether a damaged stretch may have held an `open` notice, or an H, that sets another epoch than the one before it. It has
 * not where all of it is lines of text with a flipped bit at most, and none of them looks like one.
 */
export function mayHideOpen(bytes: Buffer, epoch: string): boolean {
  if (bytes.at(-1) !== lf) return true
  const [first = '', ...rest] = bytes.toString('latin1', 0, bytes.length - 1).split('\n')
  // of an H that says the same epoch, a flipped bit apart
  const isSame = [...epoch].filter((letter, index) => first[epochStart + index] !== letter).length <= 1
  const isHead = epoch !== '' && isSame && !openWords.test(first)
  return (!isHead && (first[0] === 'H' || mayBeOpen(first))) || rest.some(mayBeOpen)
}

function mayBeOpen(line: string): boolean {
  if (isWrecked.test(line) || openWords.test(line)) return true
  let same = 0
  for (const [index, byte] of openMark.entries()) if (line.charCodeAt(noticeStart + index) === byte) same++
  return same >= likeOpen
}
