// The documents are the contract, so whatever refers to them, or in them to the source, must have a target.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { subcommands } from '../../bin/subcommands.ts'
import { withHelp } from '../../scripts/cli-document.ts'
import {
  barePromises,
  brokenReference,
  codeSpans,
  comments,
  documentsIn,
  filesBelow,
  isInside,
  linksIn,
  promisesOf,
  prose,
  resolveFrom,
  root,
  textOf,
} from './documents.ts'
import { allowedImports } from './layers.ts'

const documents = filesBelow('', /\.md$/)
const sources = ['lib', 'nodes', 'bin', 'pages', 'bench', 'scripts', 'test', 'types', '.ci'].flatMap(
  (folder) => filesBelow(folder, /\.(ts|mjs|cjs|js|html|json)$|^run$/),
)
const isDefined = (text: string | undefined) => text !== undefined

describe('the documents', () => {
  it('are found, and so are the comments', () => {
    assert.ok(documents.includes('docs/delivery.md') && documents.includes('lib/journal/README.md'))
    assert.ok(sources.length > 400, `only ${sources.length} source files`)
    assert.deepEqual(promisesOf(textOf('docs/mqtt.md')), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    assert.deepEqual(documentsIn(comments('code() // see docs/a.md,\n// promise 3.\n/* b.md, "C d" */')), [
      { target: 'docs/a.md', promise: 3 },
      { target: 'b.md', heading: 'C d' },
    ])
    assert.deepEqual(barePromises('(Promise 2.) docs/a.md, promise 3, promises 4 and 5'), [2, 4, 5])
  })

  it('have links whose targets exist', () => {
    const broken = documents.flatMap((file) =>
      linksIn(textOf(file))
        .map((link) => brokenReference(file, link))
        .filter(isDefined),
    )
    assert.deepEqual(broken, [])
  })

  it('name only files and folders that exist', () => {
    const missing = documents.flatMap((file) =>
      codeSpans(textOf(file))
        .filter((code) => isPath(file, code) && resolveFrom(file, code) === undefined)
        .map((code) => `${file}: ${code}`),
    )
    assert.deepEqual(missing, [])
  })

  it('number their promises without a gap', () => {
    for (const file of documents) {
      const numbers = promisesOf(textOf(file))
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
        file,
      )
    }
  })

  it('refer to promises that are made', () => {
    const broken = documents.flatMap((file) => {
      // the text of a link is in front of its target: [docs/delivery.md](delivery.md), promise 3
      const text = prose(textOf(file)).replace(/\[[^\]]*\]\(([^)#\s]+)(?:#[\w-]+)?\)/g, '$1')
      const own = promisesOf(text)
      return [
        ...documentsIn(text)
          .filter(({ promise }) => promise !== undefined)
          .map((reference) => brokenReference(file, reference))
          .filter(isDefined),
        ...barePromises(text)
          .filter((number) => !own.includes(number))
          .map((number) => `${file}: promise ${number} of which document?`),
      ]
    })
    assert.deepEqual(broken, [])
  })

  it('name each layer', () => {
    const architecture = textOf('ARCHITECTURE.md')
    const section = architecture.slice(
      architecture.indexOf('## The layers'),
      architecture.indexOf('## Invariants'),
    )
    const named = codeSpans(section)
    // a folder is named in full, or by its last part behind the first one of its group; each node has a folder
    const missing = [...allowedImports.keys()].filter(
      (folder) =>
        !named.includes(folder) && !named.includes(basename(folder)) && !folder.startsWith('nodes/'),
    )
    assert.deepEqual(missing, [])
  })

  it('have for each subcommand what its --help prints', async () => {
    const document = textOf('docs/cli.md')
    const advice = 'run `node scripts/cli-document.ts`, and look at what it changed'
    assert.equal(await withHelp(document), document, advice)
    for (const name of Object.keys(subcommands)) {
      assert.match(document, new RegExp(`^\\| \`${name}\\b.*\` \\|`, 'm'), `the table lacks ${name}`)
    }
  })

  it('describe each folder with source files, in its own README or in one above that names it', () => {
    const folders = ['lib', 'nodes', 'bin', 'bench', 'scripts', 'test/support'].flatMap((folder) => [
      ...new Set(filesBelow(folder, /\.(ts|mjs|cjs|js)$/).map((file) => dirname(file))),
    ])
    const silent = folders.filter((folder) => folder !== 'lib' && !isDescribed(folder))
    assert.ok(folders.length > 50, `only ${folders.length} folders`)
    assert.deepEqual(silent, [])
  })
})

describe('comments', () => {
  it('refer to documents, headings and promises that exist', () => {
    const broken = sources.flatMap((file) =>
      documentsIn(comments(textOf(file)))
        .map((reference) => brokenReference(file, reference))
        .filter(isDefined),
    )
    // this file and its helper have examples
    assert.deepEqual(
      broken.filter((text) => !text.startsWith('test/structure/documents.')),
      [],
    )
  })

  it('name only files that exist', () => {
    const path = /(?<![\w/.-])(?:lib|nodes|bin|bench|scripts|test|docs|flows|types)\/[\w./-]+\.\w+\b/g
    const missing = sources.flatMap((file) =>
      [...comments(textOf(file)).matchAll(path)]
        .filter(([named]) => resolveFrom(file, named) === undefined)
        .map(([named]) => `${file}: ${named}`),
    )
    assert.deepEqual(
      missing.filter((text) => !text.startsWith('test/structure/documents.')),
      [],
    )
  })

  it('say of which document a promise is', () => {
    const bare = sources
      .filter((file) => !file.startsWith('test/structure/documents.'))
      .flatMap((file) => barePromises(comments(textOf(file))).map((number) => `${file}: promise ${number}`))
    assert.deepEqual(bare, [])
  })

  it('refer to no paragraph of a document that has no paragraph signs', () => {
    const found = sources.filter((file) => /§|\bdesign \d/.test(comments(textOf(file))))
    assert.deepEqual(
      found.filter((file) => !file.startsWith('test/structure/documents.')),
      [],
    )
  })
})

describe('documents and comments', () => {
  it('name no path outside of the repository', () => {
    const texts = [
      ...documents.map((file) => [file, textOf(file)] as const),
      ...sources.map((file) => [file, comments(textOf(file))] as const),
    ]
    const outside = texts.flatMap(([file, text]) =>
      pathsOutside(file, text).map((path) => `${file}: ${path}`),
    )
    assert.deepEqual(outside, [])
  })
})

const topFolders = readdirSync(root)

/** Whether a code span is the path of one of our files: from the root, or in a folder's README from there. */
function isPath(file: string, code: string): boolean {
  if (!/^[\w.-]+(?:\/[\w.-]+)*\/?$/.test(code)) return false
  const [first] = code.split('/')
  if (code.includes('/') && topFolders.includes(first!)) return true
  const isFolderNote = basename(file) === 'README.md' && dirname(file) !== '.'
  return isFolderNote && (/\.(ts|mjs|cjs|md)$/.test(code) || code.endsWith('/'))
}

function isDescribed(folder: string): boolean {
  for (let above = folder; above !== '.'; above = dirname(above)) {
    const note = posix.join(above, 'README.md')
    if (!existsSync(join(root, note))) continue
    const inside = posix.relative(above, folder)
    return inside === '' || codeSpans(textOf(note)).some((code) => code.startsWith(`${inside}/`))
  }
  return false
}

/** Folders of a system that users know, and first parts of URLs and topics. */
const known = new Set([
  'dev',
  'etc',
  'boot',
  'mnt',
  'proc',
  'sys',
  'tmp',
  'usr',
  'var',
  'fieldlog',
  'ttyUSB0',
  'log',
  'clusters',
])

function pathsOutside(file: string, text: string): string[] {
  const up = [...text.matchAll(/(?<![\w./])(?:\.\.\/)+[\w./-]*/g)].map(([path]) => path)
  const absolute = [...text.matchAll(/(?<=^|[\s"'`(])\/([\w.-]+)\/[\w./-]*/gm)]
  return [
    ...up.filter((path) => !isInside(posix.join(dirname(file), path))),
    ...absolute.filter(([, first]) => !known.has(first!)).map(([path]) => path),
  ]
}
