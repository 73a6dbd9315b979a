// What is public of the formats: `@fieldlog/node-red-gateway/formats`. They decode lines into typed fields, and know
// nothing of Node-RED or of the journal. What is not named here may change in any version.

import { checkDefinition as problemsIn } from '../formats/check/check.ts'
import { importFormats as importedFrom } from '../formats/check/exchange.ts'
import type { Problem as FoundProblem } from '../formats/check/problems.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'

export type { Scalar } from '../event.ts'
export { exportFormats } from '../formats/check/exchange.ts'
export { describeProblems } from '../formats/check/problems.ts'
export {
  type CompileOptions,
  compileFormats,
  type Formats,
  type Match,
  type Settled,
} from '../formats/compile.ts'
export type { CleanEvent, LineOutcome, Outcome } from '../formats/format.ts'
export { formatLibrary, type LibraryFormat } from '../formats/library/library.ts'
export type { Decoder, DecoderKind, FieldDefinition, FormatDefinition } from '../formats/model/definition.ts'
export { EventMemory } from '../formats/model/memory.ts'
export type { Reading } from '../formats/model/reading.ts'
export { type Proposal, proposeFormats } from '../formats/propose/propose.ts'

/** What is wrong with a definition, and where: `type`, `takes.nodes`, `fields[2].scale` … */
export type Problem = Pick<FoundProblem, 'path' | 'text'>

export interface Import {
  /** those without problems, in the file's order */
  formats: FormatDefinition[]
  /** with paths such as `formats[2].fields[0].scale` */
  problems: Problem[]
}

/** All that is wrong with what should be a FormatDefinition, whatever it is; empty where it will run. Never throws. */
export function checkDefinition(value: unknown): Problem[] {
  return problemsIn(value).map(told)
}

/** Reads a file of `exportFormats`, a list of definitions, or a single one. Never throws. */
export function importFormats(text: string): Import {
  const { formats, problems } = importedFrom(text)
  return { formats, problems: problems.map(told) }
}

function told({ path, text }: FoundProblem): Problem {
  return { path, text }
}
