// Builds dist/: compiled TypeScript with the declarations of what is public, and for each node its HTML with the panel's script bundled in, its
// locales and its icon beside it, where Node-RED looks for them; the pages, bundled, in dist/pages, and the set-up page in dist/setup. flows/ becomes examples/ (Import menu).
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, buildSync } from 'esbuild'
import { withWholeDescriptions } from './help-text.ts'

const root = join(import.meta.dirname, '..')
const path = (...parts: string[]) => join(root, ...parts)

/** Of all panels; in each, as any node may be switched off by itself. */
const panelStyle = `<style>\n${['panel.css', 'series.css'].map(sharedStyle).join('')}</style>\n`

rmSync(path('dist'), { recursive: true, force: true })
compile('tsconfig.build.json')
// declaration files for what package.json exports, and what that needs
compile('tsconfig.types.json')
// what a service runs, which no compiler makes
cpSync(path('bin/service.sh'), path('dist/bin/service.sh'))
for (const name of nodeNames()) assembleNode(name)
assemblePages()
assembleSetupPage()
rmSync(path('examples'), { recursive: true, force: true })
if (existsSync(path('flows'))) cpSync(path('flows'), path('examples'), { recursive: true })

function compile(project: string): void {
  execFileSync(process.execPath, [path('node_modules/typescript/bin/tsc'), '-p', project], {
    cwd: root,
    stdio: 'inherit',
  })
}

function sharedStyle(name: string): string {
  return readFileSync(path('nodes/shared', name), 'utf8')
}

function nodeNames(): string[] {
  if (!existsSync(path('nodes'))) return []
  return readdirSync(path('nodes')).filter((name) => existsSync(path('nodes', name, `${name}.html`)))
}

function assembleNode(name: string): void {
  const target = path('dist/nodes', name)
  mkdirSync(target, { recursive: true })
  const html = helpText(path('nodes', name, `${name}.html`))
  writeFileSync(join(target, `${name}.html`), `${panelScript(name)}${panelStyle}${html}`)
  assembleLocales(path('nodes', name, 'locales'), join(target, 'locales'))
  const icon = path('icons', `${name}.svg`)
  if (existsSync(icon)) {
    mkdirSync(join(target, 'icons'), { recursive: true })
    cpSync(icon, join(target, 'icons', `fieldlog-${name}.svg`))
  }
}

/** The texts as they are, with those that all nodes share, and the help in other languages as the English one is made. */
function assembleLocales(source: string, target: string): void {
  if (!existsSync(source)) return
  cpSync(source, target, { recursive: true })
  const shared = path('nodes/shared/locales')
  for (const language of readdirSync(shared)) {
    const [catalog] = readdirSync(join(source, language)).filter((file) => file.endsWith('.json'))
    if (catalog === undefined) continue
    const texts = [join(source, language, catalog), join(shared, language, 'shared.json')]
    const merged = Object.assign({}, ...texts.map((file) => JSON.parse(readFileSync(file, 'utf8')) as object))
    writeFileSync(join(target, language, catalog), JSON.stringify(merged, null, 2))
  }
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.html')) writeFileSync(join(target, file), helpText(join(source, file)))
  }
}

function helpText(file: string): string {
  return withWholeDescriptions(readFileSync(file, 'utf8'))
}

/** The panel's TypeScript as one classic script; it may import options.ts and lib, never Node's modules. */
function panelScript(name: string): string {
  const entry = path('nodes', name, 'panel.ts')
  if (!existsSync(entry)) return ''
  const bundle = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    logLevel: 'warning',
  })
  const script = bundle.outputFiles[0]?.text ?? ''
  return `<script type="text/javascript">\n${script.replaceAll('</script', '<\\/script')}</script>\n`
}

/** The gateway's pages: a script, a style sheet, and what is copied as it is. */
function assemblePages(): void {
  const target = path('dist/pages')
  const licenceNote = '/*! with uPlot, MIT licence: licenses.txt */'
  bundlePages('pages', target, { banner: { js: licenceNote, css: licenceNote } })
  for (const name of ['index.html', 'icon.svg']) cpSync(path('pages', name), join(target, name))
  // its licence asks to be in every copy
  const licence = readFileSync(path('node_modules/uplot/LICENSE'), 'utf8')
  writeFileSync(
    join(target, 'licenses.txt'),
    `These pages contain uPlot (https://github.com/leeoniya/uPlot):\n\n${licence}`,
  )
}

/** The page of the first contact, apart from the others: it is all that a gateway without a password shows. */
function assembleSetupPage(): void {
  const target = path('dist/setup')
  bundlePages('pages/setup', target)
  cpSync(path('pages/setup/index.html'), join(target, 'index.html'))
  cpSync(path('pages/icon.svg'), join(target, 'icon.svg'))
}

function bundlePages(folder: string, outdir: string, more: BuildOptions = {}): void {
  buildSync({
    entryPoints: [path(folder, 'main.ts'), path(folder, 'style.css')],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    logLevel: 'warning',
    ...more,
  })
}
