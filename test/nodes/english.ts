// The English texts of the nodes' locales, as Node-RED gives them to a node and to its panel.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Words } from '../../lib/words/words.ts'
import { statusWords } from '../../nodes/shared/words.ts'

const nodes = join(import.meta.dirname, '../../nodes')

/** What `RED._` says: the text of a path such as `fieldlog-log.journal`, with its values; the path where there is none. */
export function english(path: string, values: Readonly<Record<string, unknown>> = {}): string {
  const text = path.split('.').reduce<unknown>((inner, name) => Object(inner)[name], catalog)
  if (typeof text !== 'string') return path
  return text.replace(/__(\w+?)__/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The words of a node's status. */
export function englishStatus(type: string): Words {
  return statusWords({ _: english }, type)
}

const catalog: unknown = Object.assign(
  {},
  ...readdirSync(nodes, { recursive: true, encoding: 'utf8' })
    .filter((file) => /locales[\\/]en-US[\\/][\w-]+\.json$/.test(file))
    .map((file) => JSON.parse(readFileSync(join(nodes, file), 'utf8')) as object),
)
