// No logic reads an error's prose: what code decides on has a code (lib/kit/README.md).
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** What reads words all the same, and why it has to. */
const exceptions: Record<string, string> = {
  'lib/serial/source/device.ts': 'the errors of serialport carry no codes: here they get them',
  'lib/mqtt/wire/problems.ts': 'the error of MQTT.js for a login without an answer carries no code',
  'lib/serial/supervisor.ts': 'ends a sentence with a full stop where it has none, to show it',
  'lib/cli/command.ts': 'shows the first sentence of what parseArgs says',
  'lib/preview/format-preview.ts':
    'counts reasons by their step and field, which stand first in each of them',
  'nodes/log/status.ts': 'leaves out a word for which a status has no room',
  'lib/delivery/intake.ts': 'shows the first line of what JSON.stringify says',
}

const readers = 'startsWith|endsWith|includes|indexOf|match|matchAll|search|replace|replaceAll|split|slice'
const askers = 'test|exec|includes|has|match'
/** words that the source calls errors and what they say by */
const errors = 'error|thrown|cause|err|reason|problem|failure|why'

const patterns: Record<string, RegExp> = {
  'a method of the message': new RegExp(`\\.message\\)?\\??!?\\.(${readers})\\(`),
  'the message, compared': /\.message (===|!==|==|!=) |(===|!==|==|!=) [\w.()]*\.message\b/,
  'the message, handed to a test': new RegExp(`\\.(${askers})\\([\\w.() ]*\\.message\\b`),
  'the message, switched on': /\bswitch \([^)]*\.message\b/,
  'the message, taken out': new RegExp(`\\{[^{}]*\\bmessage\\b[^{}]*\\} = (asError\\(|\\(?(${errors})\\b)`),
  'the error as a text, kept': /= String\((error|thrown|cause|err)\)/,
  'the error as a text, handed to a test': new RegExp(`\\.(${askers})\\((String\\()?(${errors})\\)`),
  'a method of a reason': new RegExp(`\\b(${errors})\\??\\.(${readers})\\(`),
}

/** The patterns that a source has, with what stands there. */
function proseIn(source: string): string[] {
  const text = source
    .replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    .replace(/\s+/g, ' ')
    .replaceAll(' .', '.')
  return Object.entries(patterns).flatMap(([name, pattern]) => {
    const found = pattern.exec(text)
    return found ? [`${name}: ${text.slice(found.index, found.index + 80)}`] : []
  })
}

const sources = ['lib', 'nodes', 'bin', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|js)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
)
const found = new Map(
  sources
    .map((file): [string, string[]] => [file, proseIn(readFileSync(join(root, file), 'utf8'))])
    .filter(([, prose]) => prose.length > 0),
)

describe('the prose of errors', () => {
  const reading = [
    "if (error.message === 'connack timeout') {",
    "if ('timeout' === asError(error).message) return",
    'const isLength = reasons.some((reason) => /^decode: packet/.test(reason))',
    'return /^(journal|log): /.test(asError(error).message)',
    "asError(error).message.replace(/^import: /, '')",
    "asError(error)\n  .message.split('. ')[0]!",
    'const { message } = asError(thrown)',
    'const text = String(error)',
    "if (failure?.startsWith('journal:')) return",
    'if (warned.has(error.message)) return',
    "switch (error.message) { case 'a': return 1 }",
  ]
  for (const source of reading) {
    it(`is found where code reads it: ${JSON.stringify(source)}`, () => {
      assert.equal(proseIn(source).length >= 1, true)
    })
  }

  const showing = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source to look at
    'warn(`cannot write: ${asError(error).message}; trying again`)',
    "if (errorCode(error) === 'ENOSPC') return error.message",
    '// the old way was error.message.startsWith(prefix)',
  ]
  for (const source of showing) {
    it(`is shown freely: ${JSON.stringify(source)}`, () => {
      assert.deepEqual(proseIn(source), [])
    })
  }

  it('is read nowhere, but for the exceptions', () => {
    assert.ok(sources.length > 250, `only ${sources.length} files`)
    const wrong = [...found].filter(([file]) => exceptions[file] === undefined)
    assert.deepEqual(wrong, [], 'give that error a code: withCode in lib/kit/errors.ts')
  })

  it('has no exception that is not needed any more', () => {
    const over = Object.keys(exceptions).filter((file) => !found.has(file))
    assert.deepEqual(over, [])
  })
})
