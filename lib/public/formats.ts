// What is public of the formats: `@fieldlog/node-red-gateway/formats`. They decode lines into typed fields, and know
// nothing of Node-RED or of the journal. What is not named here may change in any version.

export type { Scalar } from '../event.ts'
export { checkDefinition } from '../formats/check/check.ts'
export { exportFormats, type Import, importFormats } from '../formats/check/exchange.ts'
export { describeProblems, type Problem } from '../formats/check/problems.ts'
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
