// Lines as proposals look at them: also those whose bytes are not UTF-8.
import { decodeBytes } from '../model/charset.ts'
import type { Charset } from '../model/definition.ts'

/** A line as the port gave it; bytes where they are not UTF-8. */
export type RawLine = string | Uint8Array

export interface SampleLine {
  payload: RawLine
  /** undefined: bytes that are no text in any character set */
  text: string | undefined
  /** undefined: it is UTF-8 */
  charset: Charset | undefined
}

/** what is no text: control characters but for the tab, and all that stands above 0x7f but for a few signs */
const control = /[\x00-\x08\x0a-\x1f\x7f]/
const mostForeign = 0.2
const degreeOfCp437 = 0xf8

export function sampleLine(payload: RawLine): SampleLine {
  if (typeof payload === 'string') return { payload, text: payload, charset: undefined }
  const charset = payload.includes(degreeOfCp437) ? 'cp437' : 'latin-1'
  const text = decodeBytes(payload, charset)
  const foreign = payload.reduce((count, byte) => count + (byte > 0x7f ? 1 : 0), 0)
  const isText = !control.test(text.trim()) && foreign <= mostForeign * payload.length
  return { payload, text: isText ? text : undefined, charset: isText ? charset : undefined }
}

/** The line for people. */
export function shownLine({ payload, text }: SampleLine): string {
  return text ?? `(${payload.length} bytes)`
}
