// Two builds of a package are the same bytes. `npm run soak -- package [architecture, default amd64]`
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const architecture = process.argv[2] ?? 'amd64'
const program = join(import.meta.dirname, '../../scripts/package/package.ts')

const [first, second] = [build(), build()]
console.log(first)
console.log(first === second ? 'passed' : `failed: the second build differs\n${second}`)
process.exit(first === second ? 0 : 1)

/** A line for each archive: its SHA-256 and its name. */
function build(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldlog-twice-'))
  try {
    const args = [program, '--quick', '--arch', architecture, '--out', folder]
    // a commit that is made meanwhile is none of its business
    execFileSync(process.execPath, args, { env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' } })
    return readdirSync(folder)
      .sort()
      .map(
        (name) =>
          `${createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')}  ${name}`,
      )
      .join('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
