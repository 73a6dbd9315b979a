// The rules of a flow file that a subcommand is given.
import { readFile } from 'node:fs/promises'
import { asError } from '../../kit/errors.ts'
import { type FlowRules, rulesOfFlow } from '../../labelling/flow-rules.ts'
import { CommandError } from '../command.ts'

/** @param node id or name of the label node, where the flow has several */
export async function readRules(file: string, node: unknown): Promise<FlowRules> {
  try {
    return rulesOfFlow(JSON.parse(await readFile(file, 'utf8')), typeof node === 'string' ? node : undefined)
  } catch (error) {
    throw new CommandError(`cannot use ${file}: ${asError(error).message}`)
  }
}
