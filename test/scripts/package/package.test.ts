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
import { withOwnLoader, withPaths } from '../../../scripts/package/own-loader.ts'
import { script, stageService } from '../../../scripts/package/stage.ts'
import { stripped } from '../../../scripts/package/strip.ts'
import { dpkgDeb, runShell, shellComplaint } from '../../support/programs/dpkg.ts'

const root = join(import.meta.dirname, '../../..')
const epoch = 1_700_000_000
type Architecture = (typeof architectures)[0]
const [amd64, arm64, armhf] = architectures as [Architecture, Architecture, Architecture]

describe('the Debian package', () => {
  let work: string
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'fieldlog-package-test-'))
  })
  afterEach(() => rmSync(work, { recursive: true }))

  /** A stage without the program, as a package. */
  function build(name: string, architecture = arm64): string {
    const stage = join(work, name, 'stage')
    mkdirSync(stage, { recursive: true })
    stageService(stage, '1.2.3-beta.1')
    writeControl(stage, '1.2.3-beta.1', architecture)
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

  it('needs no library of the system where it brings them along', () => {
    assert.match(dpkgDeb('-f', build('a'), 'Depends'), /^libc6 \(>= 2\.28\), libstdc\+\+6 /)
    const armhfNeeds = dpkgDeb('-f', build('b', armhf), 'Depends')
    assert.match(armhfNeeds, /^ca-certificates, passwd, /)
    assert.doesNotMatch(armhfNeeds, /\blib/)
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
    assert.deepEqual(kept(armhf), [armhf.serialport])
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

describe('a program with libraries of its own', () => {
  const machine = 40
  const loader = '/usr/lib/fieldlog/current/lib/ld-linux-armhf.so.3'

  /** A 32-bit ELF file with an interpreter, and a dynamic section of two entries, of which the second is `tag`. */
  function program(tag: number): Buffer {
    const bytes = Buffer.alloc(200)
    bytes.write('\x7fELF\x01\x01', 'latin1')
    bytes.writeUInt16LE(machine, 18)
    bytes.writeUInt32LE(52, 28)
    bytes.writeUInt16LE(32, 42)
    bytes.writeUInt16LE(2, 44)
    const segment = (at: number, type: number, offset: number, address: number, size: number) => {
      for (const [index, value] of [type, offset, address, address, size].entries())
        bytes.writeUInt32LE(value, at + 4 * index)
    }
    segment(52, 3, 120, 0x120, 8)
    segment(84, 2, 160, 0x160, 16)
    bytes.write('/lib/ld\0', 120, 'latin1')
    bytes.writeUInt32LE(1, 160)
    bytes.writeUInt32LE(tag, 168)
    return bytes
  }

  it('names its own loader to the kernel, and lets libraries of libraries be found beside it', () => {
    const changed = withOwnLoader(program(29), machine, loader)
    const [offset, address, size] = [56, 60, 68].map((at) => changed.readUInt32LE(at)) as [
      number,
      number,
      number,
    ]
    assert.equal(changed.toString('latin1', offset, offset + size), `${loader}\0`)
    // the loader finds its old name where it was
    assert.equal(address, 0x120)
    assert.equal(changed.toString('latin1', 120, 127), '/lib/ld')
    assert.deepEqual(
      [160, 168].map((at) => changed.readUInt32LE(at)),
      [1, 15],
    )
  })

  it('is refused where it is not as Debian builds it', () => {
    assert.throws(() => withOwnLoader(program(29), 62, loader), /no 32-bit program/)
    assert.throws(() => withOwnLoader(program(5), machine, loader), /does not say where its libraries are/)
  })

  it('reads scripts from other paths, whose length stays', () => {
    const library = Buffer.from('x\0/usr/share/a.js\0/usr/share/b.js\0y')
    const changed = withPaths(library, { '/usr/share/a.js': '/opt/lib/a' })
    assert.equal(changed.toString(), 'x\0/opt/lib//////a\0/usr/share/b.js\0y')
    assert.throws(() => withPaths(library, { '/usr/c.js': '/opt' }), /does not name \/usr\/c\.js/)
    assert.throws(() => withPaths(library, { '/usr/share/a.js': '/opt/lib/fieldlog' }), /is longer than/)
  })
})

describe('the start of the service', () => {
  const program = join(root, 'bin/service.sh')
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-service-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** What Node.js is started with on a machine of so many MB. */
  function flagsWith(memory: number): string {
    const text = readFileSync(program, 'utf8')
    assert.ok(text.includes('\nmb=$(memory)\n'))
    const script = join(folder, 'service.sh')
    writeFileSync(script, text.replace('\nmb=$(memory)\n', `\nmb=${memory}\n`))
    return runShell(script, '/bin/echo', 'start').replace(/ start\n$/, '')
  }

  it('gives Node.js a heap that fits the memory', () => {
    const said = runShell(program, '/bin/echo', 'fieldlog.js', 'start')
    const [, heap] = /^--max-old-space-size=(\d+) --max-semi-space-size=\d+ .* fieldlog\.js start\n$/.exec(
      said,
    )!
    assert.ok(Number(heap) >= 112 && Number(heap) <= 1024, heap)
    assert.equal(
      flagsWith(8000),
      '--max-old-space-size=1024 --max-semi-space-size=32 --heap-growing-percent=50',
    )
    assert.equal(flagsWith(920), '--max-old-space-size=230 --max-semi-space-size=8 --heap-growing-percent=20')
  })

  it('does without the optimizing compilers where there are 512 MB', () => {
    assert.equal(
      flagsWith(480),
      '--max-old-space-size=120 --max-semi-space-size=2 --heap-growing-percent=20 --no-turbofan --no-maglev --optimize-for-size',
    )
  })
})
