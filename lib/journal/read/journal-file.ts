// What a catalog says about one file of a journal.
import type { Header } from '../format/line.ts'

/** One file of a journal. */
export interface JournalFile {
  /** as chain and notices name it: `YYYY/YYYYMMDD.txt` */
  path: string
  /** where its bytes are: the same, or with `.gz` */
  stored: string
  /** days since 1970 */
  day: number
  number: number
  /** seq of its first entry; of a file with a damaged H, that of its first readable batch */
  firstSeq: number
  /** undefined where the H line is damaged; plausible, but under no checksum, where the first batch is */
  header: Header | undefined
  /** valid bytes (uncompressed), as the next file's H says; undefined where that says nothing else than all */
  validSize: number | undefined
  /** the earliest and the latest time of its entries, ms since 1970, where that is known without reading it */
  times?: TimeSpan
}

/** Null where there is no entry. */
export interface TimeSpan {
  from: number | null
  to: number | null
}

/** A journal's files in order of seq, and those that hold nothing readable. */
export interface Catalog {
  files: JournalFile[]
  /** stored paths of journal files without a readable H and without a readable batch */
  unreadable: string[]
  /** of these the ones whose H, under a checksum, says another version of the format: that version by stored path */
  versions: Map<string, string>
  /** stored paths of files that stand beside another form of them, plain or archived, which is the one that counts */
  doubles: string[]
}

/** What is wrong with a file of another version of the format, and what to do. */
export function versionProblem(version: string): string {
  return `it is written in version ${version} of the format, which this version of Fieldlog does not read: use the one that wrote it`
}
