import assert from 'node:assert/strict'
import { variables } from '../../../../lib/appliance/variables.ts'
import type { Command, Io } from '../../../../lib/cli/command.ts'
import { installService } from '../../../../lib/cli/service/install.ts'
import type { System } from '../../../../lib/cli/service/system.ts'
import { uninstallService } from '../../../../lib/cli/service/uninstall.ts'
import { servicePaths, settingsText, unitText } from '../../../../lib/cli/service/unit.ts'
import { runHere } from '../helper.ts'

const program = ['/opt/fieldlog/node', '/opt/fieldlog/dist/bin/fieldlog.js']

/** A machine in memory. Commands that `fails` names end with 1. */
class Machine implements System {
  readonly files = new Map<string, { text: string; mode: number }>()
  readonly commands: string[] = []
  fails: string[] = []
  root = true
  systemd = true

  isRoot() {
    return this.root
  }
  exists(path: string) {
    return path === '/run/systemd/system' ? this.systemd : this.files.has(path)
  }
  write(path: string, text: string, mode: number) {
    this.files.set(path, { text, mode })
  }
  makeFolder(path: string, mode: number) {
    this.files.set(path, { text: '', mode })
  }
  remove(path: string) {
    this.files.delete(path)
  }
  run(words: readonly string[]) {
    const command = words.join(' ')
    this.commands.push(command)
    return this.fails.some((start) => command.startsWith(start)) ? 1 : 0
  }
}

function command(run: (io: Io) => Promise<number>): Command {
  return { args: '', about: '', count: { min: 0, max: 0 }, run: (_args, _options, io) => run(io) }
}

describe('fieldlog install', () => {
  let machine: Machine
  const install = (isStarted = true) =>
    runHere(
      'install',
      command((io) => installService(machine, program, isStarted, io)),
      [],
    )
  const uninstall = () =>
    runHere(
      'uninstall',
      command((io) => uninstallService(machine, io)),
      [],
    )

  beforeEach(() => {
    machine = new Machine()
  })

  it('makes the user, the settings and the service, and starts it', async () => {
    machine.fails = ['id -u']
    const { status, out } = await install()
    assert.equal(status, 0)
    assert.match(out, /^user {6}fieldlog, made now\nsettings {2}\/etc\/fieldlog\/fieldlog\.env\nservice/)
    assert.deepEqual(machine.files.get(servicePaths.settings), { text: settingsText(), mode: 0o640 })
    assert.deepEqual(machine.files.get(servicePaths.unit), { text: unitText(program), mode: 0o644 })
    assert.equal(machine.files.get(servicePaths.secrets)?.mode, 0o700)
    assert.match(
      machine.files.get('/etc/systemd/system/fieldlog-backup.service')!.text,
      /fieldlog\.js backup --other-disk$/m,
    )
    assert.match(machine.files.get('/etc/systemd/system/fieldlog-backup.timer')!.text, /^Persistent=true$/m)
    assert.ok(!machine.commands.some((text) => text.includes('backup')), 'the timer is off')
    assert.match(machine.commands[1]!, /^useradd --system .*\/nologin fieldlog$/)
    assert.deepEqual(machine.commands.slice(-3), [
      'systemctl daemon-reload',
      'systemctl enable fieldlog.service',
      'systemctl restart fieldlog.service',
    ])
  })

  it('keeps user and settings at an update, and starts nothing where it is asked not to', async () => {
    machine.write(servicePaths.settings, 'FIELDLOG_BAUD=9600\n', 0o640)
    const { out } = await install(false)
    assert.equal(machine.files.get(servicePaths.settings)?.text, 'FIELDLOG_BAUD=9600\n')
    assert.match(out, /kept as they were/)
    assert.ok(!machine.commands.some((text) => /useradd|restart/.test(text)), machine.commands.join('\n'))
  })

  it('says what to do where it cannot be', async () => {
    machine.root = false
    assert.match((await install()).err, /only root can do that: sudo fieldlog install/)
    machine = new Machine()
    machine.systemd = false
    assert.match((await install()).err, /not started by systemd/)
    machine = new Machine()
    machine.fails = ['runuser']
    assert.match(
      (await install()).err,
      /the user fieldlog cannot read \/opt\/fieldlog\/node: put .* into \/opt/,
    )
    assert.equal(machine.files.size, 0)
  })

  it('leaves the service of the Debian package alone', async () => {
    machine.write('/usr/lib/systemd/system/fieldlog.service', '', 0o644)
    assert.match((await install()).err, /there already, from the package/)
    assert.equal(machine.files.size, 1)
  })

  it('is undone by uninstall, which keeps data and settings and says where', async () => {
    await install()
    const { out } = await uninstall()
    assert.deepEqual(
      [...machine.files.keys()].filter((path) => path.startsWith('/etc/systemd')),
      [],
    )
    assert.ok(machine.commands.includes('systemctl disable --now fieldlog-backup.timer'))
    assert.ok(machine.files.has(servicePaths.settings))
    assert.match(out, /kept {5}\/var\/lib\/fieldlog .*\/etc\/fieldlog\/fieldlog\.env/)
    assert.match((await uninstall()).out, /^There is no service to remove\.\n/)
  })

  it('has every variable as a comment with its default, but for the home, and listens to the network', () => {
    const lines = settingsText().split('\n')
    for (const { name, fallback } of variables) {
      const isCommented = !['FIELDLOG_HOME', 'FIELDLOG_HOST', 'FIELDLOG_SETUP'].includes(name)
      assert.equal(lines.includes(`#${name}=${fallback}`), isCommented, name)
    }
    assert.ok(lines.includes('#FIELDLOG_BACKUP='))
    const set = lines.filter((line) => line !== '' && !line.startsWith('#'))
    assert.deepEqual(set, ['FIELDLOG_HOST=0.0.0.0', 'FIELDLOG_SETUP=on'])
  })

  it('quotes what systemd would read otherwise', () => {
    const unit = unitText(['/opt/a b/node', '--x=$HOME%h', '/opt/a b/"f".js'])
    assert.match(unit, /^ExecStart="\/opt\/a b\/node" --x=\$\$HOME%%h "\/opt\/a b\/\\"f\\"\.js" start$/m)
    assert.match(unitText(['/home/pi/node']), /^ProtectHome=read-only$/m)
    assert.match(unit, /^ProtectHome=yes$/m)
  })
})
