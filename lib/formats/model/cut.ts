// Why a line that its port marked as cut is never clean, whatever a format reads in it.
import type { Cut } from '../../event.ts'

export const cutReasons: Readonly<Record<Cut, string>> = {
  start: "the line's beginning may be missing",
  end: "the line's end is missing",
  both: "the line's beginning may be missing, and its end is",
  stray: 'the bytes stand between two frames, or in a frame that is damaged',
}
