// docs/cli.md has for each command what `--help` prints, made from the same source. `node scripts/cli-document.ts` writes it
// anew after a change of a command's options; a test compares the two.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { subcommands } from '../bin/subcommands.ts'
import { help } from '../lib/cli/command.ts'

const cliDocument = join(import.meta.dirname, '../docs/cli.md')

const start = '<!-- what --help prints -->'
const end = '<!-- the end of it -->'

/** The document with every command's help as it is now. Throws where a command has no section. */
export async function withHelp(document: string): Promise<string> {
  let text = document
  for (const [name, { load }] of Object.entries(subcommands)) {
    const heading = text.indexOf(`\n## ${name}\n`)
    if (heading < 0) throw new Error(`docs/cli.md has no section "## ${name}": write it, with an example`)
    const next = text.indexOf('\n## ', heading + 1)
    const section = text.slice(heading, next < 0 ? text.length : next)
    text =
      text.slice(0, heading) +
      withBlock(section, help(name, await load())) +
      (next < 0 ? '' : text.slice(next))
  }
  return text
}

/** At the end of the section. */
function withBlock(section: string, text: string): string {
  const from = section.indexOf(start)
  const rest = (from < 0 ? section : section.slice(0, from)).trimEnd()
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
  return `${rest}\n\n${start}\n\n${lines.join('\n')}\n\n${end}\n`
}

if (import.meta.main) writeFileSync(cliDocument, await withHelp(readFileSync(cliDocument, 'utf8')))
