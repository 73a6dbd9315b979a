import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { importsOf } from '../../scripts/suite/imports.ts'
import { allowedImports, folderOf } from './layers.ts'

const root = join(import.meta.dirname, '../..')
const mostFiles = 15

interface Import {
  from: string
  to: string
}

const sources = ['lib', 'nodes', 'bin', 'pages'].flatMap((folder) => walk(join(root, folder)))
const imports = sources.flatMap((from): Import[] =>
  importsOf(root, from)
    .filter((to) => to.endsWith('.ts'))
    .map((to) => ({ from, to })),
)

describe('the layers of the source', () => {
  it('finds the imports that it judges', () => {
    assert.ok(sources.length > 250, `only ${sources.length} files`)
    assert.ok(
      imports.some(({ from, to }) => from === 'nodes/log/log.ts' && to === 'nodes/journal/registry.ts'),
    )
  })

  it('have a rule for each folder', () => {
    const unknown = [...new Set(sources.map(folderOf))].filter((folder) => !allowedImports.has(folder))
    assert.deepEqual(unknown, [], 'add these folders to test/structure/layers.ts, and to ARCHITECTURE.md')
  })

  it('keep what runs in the gateway out of the pages, which take its types only', () => {
    const texts = sources
      .filter((file) => file.startsWith('pages/'))
      .map((file) => readFileSync(join(root, file), 'utf8'))
    const taken = texts.flatMap((text) => [
      ...text.matchAll(
        /^(?:import|export) (type )?[^'\n]*(?:\n[^'\n]*)*? from '[./]+\/lib\/(?:pages|history|appliance|serial)\/[^']+'/gm,
      ),
    ])
    assert.ok(taken.length >= 4)
    assert.deepEqual(
      taken.filter(([, type]) => type === undefined),
      [],
    )
  })

  it('import only what stands below them', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [folder, target] = [folderOf(from), folderOf(to)]
      return folder !== target && !allowedImports.get(folder)?.includes(target)
    })
    assert.deepEqual(
      wrong.map(({ from, to }) => `${from} → ${to}`),
      [],
    )
  })

  it('have no circle of rules, so that none of files can cross folders', () => {
    assert.deepEqual(circles(allowedImports), [])
  })

  it('have no circle of files', () => {
    const graph = new Map<string, string[]>()
    for (const { from, to } of imports) graph.set(from, [...(graph.get(from) ?? []), to])
    assert.deepEqual(circles(graph), [])
  })

  it(`have no folder of more than ${mostFiles} source files`, () => {
    const counts = new Map<string, number>()
    for (const folder of ['lib', 'nodes', 'bin', 'pages', 'bench', 'scripts', 'test']) {
      for (const file of walk(join(root, folder))) {
        if (file.endsWith('.test.ts')) continue
        counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
      }
    }
    assert.deepEqual(
      [...counts].filter(([, count]) => count > mostFiles),
      [],
    )
  })

  it('keep the engine free of Node-RED', () => {
    const nodeRed = /from '(node-red|@node-red\/|node-red-)/
    const wrong = sources.filter(
      (file) => file.startsWith('lib/') && nodeRed.test(readFileSync(join(root, file), 'utf8')),
    )
    assert.deepEqual(wrong, [])
  })
})

function walk(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name)
    if (entry.isDirectory()) return walk(below)
    return /\.(ts|mjs|cjs|js)$/.test(entry.name) ? [relative(root, below)] : []
  })
}

/** The circles of a graph, each once, as a text; found by going depth first. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (node: string) => {
    const at = path.indexOf(node)
    if (at !== -1) found.push([...path.slice(at), node].join(' → '))
    if (at !== -1 || done.has(node)) return
    path.push(node)
    for (const next of graph.get(node) ?? []) visit(next)
    path.pop()
    done.add(node)
  }
  for (const node of graph.keys()) visit(node)
  return found
}
