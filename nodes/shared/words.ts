// What a running node says under itself, in the language of the runtime: Node-RED's own nodes do it by `RED._`, too.
import type { NodeAPI } from 'node-red'
import type { Words } from '../../lib/words/words.ts'

/** The texts below `nodeStatus` of a node type's locale; numbers are written as the language does. */
export function statusWords(RED: Pick<NodeAPI, '_'>, type: string): Words {
  return (key, values = {}) => {
    const language = RED._(`${type}.nodeStatus.numbers`)
    const written = Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? value.toLocaleString(language) : value,
    ])
    return RED._(`${type}.nodeStatus.${key}`, Object.fromEntries(written))
  }
}
