// Which lines make a record, compiled.
import type { RecordDefinition } from '../model/definition.ts'
import { lineTest } from './line-test.ts'

const recordDefaults = { maxLines: 100, seconds: 10, lineEnd: '\r\n' } as const

export class RecordRule {
  readonly maxLines: number
  /** ms */
  readonly limit: number
  readonly lineEnd: string
  readonly emptyAfter: number | undefined
  readonly starts: (line: string) => boolean
  /** undefined: a record ends in front of the next one */
  readonly ends: ((line: string) => boolean) | undefined

  /** Throws what is wrong with a pattern. */
  constructor(definition: RecordDefinition) {
    const { start, end, maxLines, seconds, lineEnd, emptyAfter } = definition
    this.maxLines = maxLines ?? recordDefaults.maxLines
    this.limit = (seconds ?? recordDefaults.seconds) * 1000
    this.lineEnd = lineEnd ?? recordDefaults.lineEnd
    this.emptyAfter = emptyAfter
    this.starts = lineTest(start)
    this.ends = end === undefined ? undefined : lineTest(end)
  }
}
