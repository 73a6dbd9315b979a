import { checkDefinition } from '../../lib/formats/check/check.ts'
import { describeProblems } from '../../lib/formats/check/problems.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'

/** The properties of a `fieldlog-format` config node. */
export interface FormatOptions {
  /** the format; default: an empty one, for key-value lines, to be filled in */
  definition: FormatDefinition
  /** lines to try the format on in its panel; default none */
  sample: string
}

export const formatDefaults: FormatOptions = {
  definition: { type: '', decoder: { kind: 'key-values' }, fields: [] },
  sample: '',
}

/** What is wrong with the definition, a line each; undefined when nothing is. */
export function definitionProblem(definition: unknown): string | undefined {
  const problems = checkDefinition(definition)
  return problems.length === 0 ? undefined : describeProblems(problems)
}
