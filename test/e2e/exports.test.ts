// The parts that stand alone, as a program in TypeScript gets them: from the packed package, by name, with types.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** Strict as a careful user sets it; declaration files are checked, too. */
const compilerOptions = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  target: 'es2024',
  strict: true,
  skipLibCheck: false,
  types: ['node'],
  noEmit: true,
}

describe('what the package exports', function () {
  this.timeout(150_000)
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-consumer-'))
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
    const tarball = join(folder, execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim())
    const installed = join(folder, 'node_modules/@fieldlog/node-red-gateway')
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1'])
    // its dependencies, and the types of Node, are those of this repository
    symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'))
    symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
    cpSync(join(import.meta.dirname, 'consumer/consumer.ts'), join(folder, 'consumer.ts'))
    write('package.json', { name: 'consumer', private: true, type: 'module' })
    write('tsconfig.json', { compilerOptions, include: ['*.ts'] })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })

  it('has types that a consumer’s compiler finds and believes', () => {
    assert.deepEqual(run(tsc, '-p', '.').stdout, '')
  })

  it('has types that are not `any`', () => {
    write(
      'wrong.ts',
      "import { checkDefinition } from '@fieldlog/node-red-gateway/formats'\ncheckDefinition()\n",
    )
    const { stdout, status } = run(tsc, '-p', '.')
    rmSync(join(folder, 'wrong.ts'))
    assert.equal(stdout, 'wrong.ts(2,1): error TS2554: Expected 1 arguments, but got 0.\n')
    assert.notEqual(status, 0)
  })

  it('logs, reads, decodes and judges, and the journal names the version', () => {
    const { stdout, stderr } = run('consumer.ts', join(folder, 'journal'))
    assert.equal(stderr, '')
    const { notices: all, ...rest } = JSON.parse(stdout) as { notices: string[] }
    const notices = all.filter((text) => text.startsWith('open '))
    assert.deepEqual(rest, {
      durable: [1, 2],
      problems: [],
      verdicts: ['good', 'bad'],
      devices: ['greenhouse', 'greenhouse'],
      events: { sent: 1, lost: 0, refused: 1, buffered: 0, transport: 'udp:127.0.0.1:9' },
    })
    assert.equal(notices.length, 1)
    const [, notice, software] = /^(\w+) \{"epoch":"[a-z0-9]{8}","software":"(.*)"\}$/.exec(notices[0]!) ?? []
    assert.deepEqual([notice, software], ['open', version])
  })

  it('lets its package.json be read, and nothing else', () => {
    const script = (name: string) =>
      `import('@fieldlog/node-red-gateway/${name}', { with: ${name.endsWith('json') ? "{ type: 'json' }" : '{}'} })
        .then((found) => console.log(found.default?.version), (error) => console.log(error.code))`
    assert.equal(run('-e', script('package.json')).stdout, `${version}\n`)
    assert.equal(run('-e', script('dist/lib/journal/journal.js')).stdout, 'ERR_PACKAGE_PATH_NOT_EXPORTED\n')
  })
})
