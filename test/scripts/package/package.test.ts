// What a package consists of, as far as it can be seen without building a whole one. The whole is tried on a machine
// by `npm run test:appliance`.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { servicePaths, settingsText } from '../../../lib/cli/service/unit.ts'
import { architectures } from '../../../scripts/package/architectures.ts'
import { makeDeb, makeTarball, normalize } from '../../../scripts/package/archives.ts'
import { debianVersion, writeControl } from '../../../scripts/package/control.ts'
import { isLeftOut } from '../../../scripts/package/leave-out.ts'
import { closure, packagesFor } from '../../../scripts/package/lock.ts'
import { script, stageService } from '../../../scripts/package/stage.ts'
import { stripped } from '../../../scripts/package/strip.ts'
import { dpkgDeb, runShell, shellComplaint } from '../../support/programs/dpkg.ts'

const root = join(import.meta.dirname, '../../..')
const epoch = 1_700_000_000
const [amd64, arm64] = architectures as [(typeof architectures)[0], (typeof architectures)[0]]

describe('the Debian package', () => {
  let work: string
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'fieldlog-package-test-'))
  })
  afterEach(() => rmSync(work, { recursive: true }))

  /** A stage without the program, as a package. */
  function build(name: string): string {
    const stage = join(work, name, 'stage')
    mkdirSync(stage, { recursive: true })
    stageService(stage, '1.2.3-beta.1')
    writeControl(stage, '1.2.3-beta.1', 'arm64')
    normalize(stage, epoch)
    const target = join(work, `${name}.deb`)
    makeDeb(stage, target, { epoch, level: 1 })
    return target
  }

  it('has the unit and the settings that `fieldlog install` writes, and the settings stay at an update', () => {
    build('a')
    const stage = join(work, 'a/stage')
    const unit = readFileSync(join(stage, 'usr/lib/systemd/system/fieldlog.service'), 'utf8')
    const program = '/usr/lib/fieldlog/current'
    assert.ok(
      unit.includes(
        `\nExecStart=/bin/sh ${program}/dist/bin/service.sh ${program}/bin/node ${program}/dist/bin/fieldlog.js start\n`,
      ),
      unit,
    )
    assert.equal(readFileSync(join(stage, servicePaths.settings), 'utf8'), settingsText())
    const backup = readFileSync(join(stage, 'usr/lib/systemd/system/fieldlog-backup.service'), 'utf8')
    assert.ok(backup.includes(`${program}/dist/bin/fieldlog.js backup --other-disk\n`), backup)
    assert.ok(statSync(join(stage, 'usr/lib/systemd/system/fieldlog-backup.timer')).isFile())
    assert.equal(readFileSync(join(stage, 'DEBIAN/conffiles'), 'utf8'), '/etc/fieldlog/fieldlog.env\n')
    assert.equal(statSync(join(stage, servicePaths.secrets)).mode & 0o777, 0o700)
  })

  it('is what dpkg takes, and the same bytes each time', () => {
    const [a, b] = [build('a'), build('b')]
    assert.ok(readFileSync(a).equals(readFileSync(b)))
    const fields = dpkgDeb('-f', a, 'Package', 'Version', 'Architecture')
    assert.equal(fields, 'Package: fieldlog\nVersion: 1.2.3~beta.1\nArchitecture: arm64\n')
    const listed = dpkgDeb('-c', a)
    assert.match(listed, /^-rw-r----- root\/root +\d+ 2023-11-14 \S+ \.\/etc\/fieldlog\/fieldlog\.env$/m)
    assert.match(listed, /^-rwxr-xr-x root\/root .* \.\/usr\/bin\/fieldlog$/m)
  })

  it('comes as a tarball, too, which is the same bytes each time', () => {
    const tarballs = ['a', 'b'].map((name) => {
      const folder = join(work, name, 'fieldlog')
      mkdirSync(folder, { recursive: true })
      for (const file of name === 'a' ? ['x', 'y'] : ['y', 'x']) writeFileSync(join(folder, file), file)
      normalize(folder, epoch)
      const target = join(work, `${name}.tar.gz`)
      makeTarball(join(work, name), 'fieldlog', target, { epoch, level: 6 })
      return readFileSync(target)
    })
    assert.ok(tarballs[0]!.equals(tarballs[1]!))
  })

  it('has scripts that a shell can read', () => {
    const names = readdirSync(join(root, 'scripts/package/shell')).filter(
      (name) => name.endsWith('.sh') && name !== 'functions.sh',
    )
    assert.ok(names.length >= 6, names.join())
    for (const name of names) {
      const text = script(name, '1.2.3')
      assert.doesNotMatch(text, /@[A-Z]+@/, name)
      assert.equal(shellComplaint(text), '', name)
    }
    assert.equal(shellComplaint(readFileSync(join(root, 'bin/service.sh'), 'utf8')), '')
  })

  it('goes back from an update that does not come up, also where the disk takes no note of it', () => {
    const base = join(work, 'base')
    for (const folder of ['versions/1', 'versions/2', 'rolled-back'])
      mkdirSync(join(base, folder), { recursive: true })
    symlinkSync(join(base, 'versions/1'), join(base, 'previous'))
    symlinkSync(join(base, 'versions/2'), join(base, 'current'))
    const systemctl = 'systemctl() { case $* in *ActiveState*) echo failed ;; *MainPID*) echo 0 ;; esac; }'
    const trial = join(work, 'trial.sh')
    const text = script('trial.sh', '2')
      .replace('base=/usr/lib/fieldlog', `base=${base}`)
      .replace('limit=120', `limit=0\n${systemctl}`)
    writeFileSync(trial, text)
    assert.match(runShell(trial), /version 2 did not come up .*: going back to 1;/)
    assert.equal(readlinkSync(join(base, 'current')), join(base, 'versions/1'))
    assert.deepEqual(readdirSync(base).sort(), ['current', 'rolled-back', 'versions'])
  })

  it('orders a version before a release as Debian does', () => {
    assert.equal(debianVersion('1.0.0-alpha.1'), '1.0.0~alpha.1')
    assert.equal(debianVersion('1.0.0'), '1.0.0')
  })
})

describe('the dependencies of a package', () => {
  const names = (cpu: string) => packagesFor(root, cpu).map(({ name }) => name)

  it('are those of the gateway, with Node-RED, for one processor', () => {
    const own = names('arm64')
    for (const name of [
      'node-red',
      '@node-red/runtime',
      'mqtt',
      'serialport',
      '@koromix/koffi-linux-arm64',
    ]) {
      assert.ok(own.includes(name), name)
    }
    for (const name of ['typescript', 'mocha', 'esbuild', 'node', '@koromix/koffi-linux-x64']) {
      assert.ok(!own.includes(name), name)
    }
    assert.ok(names('x64').includes('@koromix/koffi-linux-x64'))
  })

  it('are found where Node.js finds them', () => {
    const lock = {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { version: '1', integrity: 'x', dependencies: { b: '2' } },
      'node_modules/a/node_modules/b': { version: '2', integrity: 'x', dependencies: { c: '1' } },
      'node_modules/b': { version: '1', integrity: 'x' },
      'node_modules/c': { version: '1', integrity: 'x' },
      'node_modules/node-red': { version: '5', integrity: 'x' },
    }
    assert.deepEqual(
      closure(lock, 'x64').map(({ path }) => path),
      ['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c', 'node_modules/node-red'],
    )
  })

  it('are left without what no gateway reads, but with their licences', () => {
    const bindings = '@serialport/bindings-cpp'
    const prebuilds = readdirSync(join(root, 'node_modules', bindings, 'prebuilds'), {
      recursive: true,
      encoding: 'utf8',
    })
    const kept = (architecture: typeof amd64) =>
      prebuilds.filter(
        (path) => path.endsWith('.node') && !isLeftOut(bindings, `prebuilds/${path}`, architecture),
      )
    assert.deepEqual(kept(amd64), [amd64.serialport])
    assert.deepEqual(kept(arm64), [arm64.serialport])
    assert.ok(isLeftOut('mqtt', 'build/index.js.map', amd64))
    assert.ok(isLeftOut('ajv', 'lib/ajv.ts', amd64))
    assert.ok(!isLeftOut('mqtt', 'LICENSE.md', amd64))
    assert.ok(!isLeftOut('@node-red/nodes', 'locales/en-US/common/20-inject.html', amd64))
  })
})

describe('a program without its symbols', () => {
  it('runs as before, and is shorter', () => {
    const whole = readFileSync(join(root, 'node_modules/node/bin/node'))
    const machine = whole.readUInt16LE(18)
    const cut = stripped(whole, machine)
    assert.ok(cut.length < whole.length * 0.95)
    assert.throws(() => stripped(whole, machine + 1), /no 64-bit program/)
    assert.throws(
      () => stripped(Buffer.from('#!/bin/sh\necho this is a script, and no ELF file at all\n'), machine),
      /no 64-bit program/,
    )
    const folder = mkdtempSync(join(tmpdir(), 'fieldlog-strip-'))
    try {
      writeFileSync(join(folder, 'node'), cut, { mode: 0o755 })
      assert.equal(execFileSync(join(folder, 'node'), ['-p', '6 * 7'], { encoding: 'utf8' }), '42\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the start of the service', () => {
  it('gives Node.js a heap that fits the memory', () => {
    const said = runShell(join(root, 'bin/service.sh'), '/bin/echo', 'fieldlog.js', 'start')
    const [, heap, young] =
      /^--max-old-space-size=(\d+) --max-semi-space-size=(\d+) .* fieldlog\.js start\n$/.exec(said)!
    assert.ok(Number(heap) >= 112 && Number(heap) <= 1024, heap)
    assert.ok(young === '8' || young === '32', young)
  })
})
