import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const sources = ['lib', 'nodes', 'bin', 'scripts', 'bench', 'test', 'types', 'pages'].flatMap(filesIn)
const texts = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

describe('the exports of the source', () => {
  const used = usedNames()

  it('are found, as the imports are', () => {
    assert.ok(exportedValues('lib/journal/journal.ts').includes('Journal'))
    assert.ok(used.get('lib/journal/journal.ts')?.has('Journal'))
  })

  it('are imported by somebody, except by name from outside of the package', () => {
    const entries = publicModules()
    const idle = sources
      .filter((file) => !entries.has(file))
      .flatMap((file) =>
        exportedValues(file)
          .filter((name) => !used.get(file)?.has(name) && !used.get(file)?.has('*'))
          .map((name) => `${file}: ${name}`),
      )
    assert.deepEqual(idle, [], 'nobody imports these: remove them, or their `export`')
  })
})

function filesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
}

/** Names of the functions, classes and constants that a file exports; types cost nothing. */
function exportedValues(file: string): string[] {
  const declared = /^export (?:async )?(?:function\*?|class|const|let) (\w+)/gm
  return [...texts.get(file)!.matchAll(declared)].map(([, name]) => name!)
}

/** For each file the names that others import from it; `*` for all. */
function usedNames(): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>()
  const add = (file: string, specifier: string, names: string[]) => {
    const target = join(dirname(file), specifier)
    used.set(target, new Set([...(used.get(target) ?? []), ...names]))
  }
  for (const [file, text] of texts) {
    for (const [, names, specifier] of text.matchAll(
      /^(?:import|export) (?:type )?(?:\w+, )?(\{[^}]*\}|\*[^']*) from '(\.[^']+)'/gm,
    )) {
      add(file, specifier!, names!.startsWith('*') ? ['*'] : namesIn(names!))
    }
    const loaded = /(?:const \{([^}]*)\} = )?\(?await import\('(\.[^']+)'\)\)?(?:\.(\w+))?/g
    for (const [, names, specifier, name] of text.matchAll(loaded)) {
      add(file, specifier!, names ? namesIn(names) : [name ?? '*'])
    }
  }
  return used
}

/** `{ a, type B as C }`: a and B. */
function namesIn(list: string): string[] {
  return [...list.matchAll(/(?:^|[{,])\s*(?:type )?(\w+)/g)].map(([, name]) => name!)
}

/** The modules that package.json offers to others. */
function publicModules(): Set<string> {
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  return new Set([...text.matchAll(/"(?:\.\/)?dist\/([^"]+)\.js"/g)].map(([, module]) => `${module}.ts`))
}
