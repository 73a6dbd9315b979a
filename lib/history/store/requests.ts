// What the main thread asks of the worker thread, and its answers.
import type { Batch } from './batch.ts'
import type { Part } from './part.ts'
import type { KeepDays } from './retention.ts'

export type Request =
  /** Opens what is there, the file and the new one of an interrupted rebuild. */
  | { kind: 'open'; path: string; journal: string | undefined }
  /** The file is another journal's: it is moved aside. */
  | { kind: 'refuse' }
  /** A rebuild begins, or goes on: the new file is opened or made. */
  | { kind: 'begin'; journal: string }
  | { kind: 'write'; batch: Batch; to: Destination; upTo?: Partial<UpTo>; keep: KeepDays }
  /** Every row is in the new file: some of its aggregates are made. */
  | { kind: 'aggregate' }
  /** Everything is in the new file: it takes the place of the old one. */
  | { kind: 'finish'; upTo: number }
  /** The new file is not wanted any more. */
  | { kind: 'abandon' }
  /** Which seqs have rows in a part. */
  | { kind: 'seqs'; part: Omit<Part, 'ranges'> }
  /** A part is to be made again; noted in the file. */
  | { kind: 'note'; part: Part }
  /** Removes some rows of a part; noted in the file, so that a crash does not leave the hole open. */
  | { kind: 'clear'; part: Part }
  /** The part is filled. */
  | { kind: 'filled' }
  /** To be asked every ten seconds. */
  | { kind: 'upkeep'; keep: KeepDays; upTo?: Partial<UpTo> }
  | { kind: 'close' }

/** `live`: into each file that is open. `file`, `new`: what was asked for to fill one of them. */
export type Destination = 'live' | 'file' | 'new'

/** Seqs up to which each of them has every event. */
export interface UpTo {
  file: number
  new: number
}

/** How the files are after a request. */
export interface Report {
  /** undefined: there is none yet, it is being made */
  file: FileReport | undefined
  new: FileReport | undefined
  /** what was moved aside, with the reason and its new name, as a sentence */
  movedAside?: string
  /** of `write`: rows that were new in the file, or in the new one where there is no other */
  written?: number
  /** of `write`: the new file took nothing, and is closed */
  newProblem?: Problem
  /** of `seqs`: lowest and highest */
  seqs?: { from: number; to: number } | undefined
  /** of `clear`, `aggregate` and `upkeep`: there is more to do */
  more?: boolean
  /** of `upkeep`: somebody deleted or replaced the file */
  isGone?: boolean
  /** of `finish`: fewer rows than in the old one */
  fewer?: number
}

export interface FileReport {
  upTo: number
  rows: number
  oldVerdicts: number
  bytes: number
  /** epoch of the journal's first entry; undefined: not known yet */
  journal: string | undefined
  /** `<epoch>-<seq>` of the event with the highest seq in it */
  top: string | undefined
  /** one that was interrupted */
  part: Part | undefined
}

/** Why a request failed. */
export interface Problem {
  message: string
  /** the number of SQLite's result, `NOT_OPEN`, `THREAD`, or that of the system's error */
  cause: string
  /** the file itself is wrong, and was moved aside */
  isDamage: boolean
}

export type Answer = { id: number; report: Report } | { id: number; problem: Problem }
