// Each look of the doctor, on machines that are made up.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clock } from '../../../../lib/cli/doctor/clock.ts'
import { copies, disks } from '../../../../lib/cli/doctor/disks.ts'
import { type Finding, statusOf } from '../../../../lib/cli/doctor/finding.ts'
import { serial } from '../../../../lib/cli/doctor/serial.ts'
import { errors, service } from '../../../../lib/cli/doctor/service.ts'
import { readSite } from '../../../../lib/cli/doctor/site.ts'
import { hardware } from '../../../../lib/cli/doctor/versions.ts'
import { temporaryDirectory } from '../helper.ts'
import { home, MadeUpMachine } from './made-up.ts'

const short = (findings: readonly Finding[]) => findings.map(({ level, says }) => `${level}: ${says}`)

describe('the doctor', () => {
  let machine: MadeUpMachine
  const site = (env = {}) => readSite(machine, env, home)

  beforeEach(() => {
    machine = new MadeUpMachine()
    machine.flow([])
  })

  it('says by its status how grave the gravest is, and for each that is wrong what to do', async () => {
    const ok = { subject: 'a', level: 'ok', says: '' } as const
    assert.equal(statusOf([ok]), 0)
    assert.equal(statusOf([ok, { ...ok, level: 'warning' }]), 1)
    assert.equal(
      statusOf([
        { ...ok, level: 'fault' },
        { ...ok, level: 'warning' },
      ]),
      2,
    )
  })

  describe('on settings', () => {
    const findings = async (env = {}) => short((await site(env)).findings)

    it('names a variable that makes no sense, a home that is another one, and one of another user', async () => {
      assert.deepEqual(await findings({ FIELDLOG_BAUD: 'fast' }), [
        'fault: FIELDLOG_BAUD is "fast": give a whole number of bits/s from 50 to 4000000',
      ])
      machine.files.delete(`${home}/flows.json`)
      assert.deepEqual(await findings(), [`warning: there is no flow in the home ${home}`])
      machine.files.set(`${home}/flows.json`, null)
      assert.deepEqual(await findings(), [`fault: the home ${home} cannot be read by this user`])
      machine.files.set(`${home}/flows.json`, '[{')
      assert.match((await findings())[0]!, /^fault: the flow \S+flows.json cannot be read: Expected/)
    })

    it('says where the key is not that of the logins', async () => {
      machine.files.set(`${home}/credential-secret`, 'another')
      assert.match((await findings())[0]!, /^fault: the logins of the flow cannot be read/)
    })

    it('reads what the service reads', async () => {
      const settings = '# a comment\nFIELDLOG_BAUD=9600\nFIELDLOG_GATEWAY="pi 4"\n#FIELDLOG_PORT=1\n'
      machine.files.set('/etc/fieldlog/fieldlog.env', settings)
      machine.files.set('/etc/fieldlog/secrets/FIELDLOG_PASSWORD', 'opensesame\n')
      const { config, secrets } = await readSite(machine, {}, '/var/lib/fieldlog')
      assert.deepEqual(
        [config?.baud, config?.gateway, config?.port, config?.password],
        [9600, 'pi 4', 1880, 'opensesame'],
      )
      assert.ok(secrets.includes('opensesame'))
      machine.files.set('/etc/fieldlog/fieldlog.env', null)
      const { findings } = await readSite(machine, {}, '/var/lib/fieldlog')
      assert.equal(findings[0]?.advice, 'run it as root: sudo fieldlog doctor')
    })
  })

  describe('on disks', () => {
    const mounts = (options: string, type = 'ext4') =>
      machine.files.set(
        '/proc/self/mountinfo',
        `21 1 179:2 / / ${options} shared:1 - ${type} /dev/mmcblk0p2 rw\n30 21 8:1 / /home/other rw - vfat /dev/sda1 rw\n`,
      )
    const findings = async () => short(await disks(await site(), machine))

    it('knows the file system, its room, what was written, and the life of an eMMC', async () => {
      mounts('rw,noatime')
      machine.files.set('/proc/uptime', '172800.00 1000.00\n')
      machine.files.set('/sys/dev/block/179:2/stat', ' 1 2 3 4 5 6 4000000 8 9\n')
      machine.files.set('/sys/dev/block/179:2/../device/life_time', '0x02 0x09\n')
      assert.deepEqual(await findings(), [
        `ok: ${home} (ext4 on /): 20 GB of 30 GB free`,
        'ok: /: 2.0 GB written since the start 2 days ago, 1.0 GB a day',
        'warning: /: up to 90 % of the life of its flash memory is used up',
      ])
    })

    it('finds little room, none, and a disk that the kernel has made read-only', async () => {
      mounts('ro,noatime')
      machine.rooms = { free: 900e6, total: 30e9 }
      assert.deepEqual(await findings(), [
        `warning: ${home} (ext4 on /): 900 MB of 30 GB free`,
        `fault: ${home} (ext4 on /) is mounted read-only`,
      ])
      machine.rooms = { free: 60e6, total: 30e9 }
      assert.equal(
        (await findings())[0],
        `fault: ${home} (ext4 on /): 60 MB of 30 GB free: the journal cannot grow`,
      )
    })

    it('warns of a home that is only in memory', async () => {
      mounts('rw', 'tmpfs')
      assert.match((await findings())[1]!, /^warning: .* does not outlive the machine/)
    })
  })

  describe('on the second copy', () => {
    const place = temporaryDirectory()
    const findings = async (FIELDLOG_BACKUP: string) =>
      short(await copies(await site({ FIELDLOG_BACKUP }), machine))

    it('says how old it is, and where there is none', async () => {
      assert.match((await findings(''))[0]!, /^ok: no second copy is asked for/)
      const to = place.path
      assert.match(
        (await findings(to))[0]!,
        /^fault: there is no copy in .*: is the stick, or the share, mounted\?$/,
      )
      const note = (content: object) => writeFileSync(join(to, 'last-backup.json'), JSON.stringify(content))
      const now = machine.clock.wall()
      note({ at: null, whole: false, lastSeq: 0 })
      assert.deepEqual(await findings(to), [`warning: no backup to ${to} was completed yet`])
      note({ at: now - 7_200_000, whole: true, lastSeq: 9 })
      assert.deepEqual(await findings(to), [`ok: the last one to ${to} was 2 h ago, and is whole`])
      note({ at: now - 7_200_000, whole: false, lastSeq: 9 })
      assert.match((await findings(to))[0]!, /^fault: .* is not whole$/)
      note({ at: now - 4 * 86_400_000, whole: true, lastSeq: 9 })
      assert.deepEqual(await findings(to), [`warning: the last one to ${to} was 4 days ago`])
    })
  })

  describe('on the clock', () => {
    const timedatectl = 'timedatectl show --property=NTPSynchronized --value'

    it('asks systemd, and chrony where there is none', async () => {
      machine.programs.set(timedatectl, { status: 0, out: 'yes\n' })
      assert.deepEqual(short(await clock(machine)), [
        'ok: it says 2026-11-21T12:00:00Z, set by the network (no clock chip)',
      ])
      machine.programs.set(timedatectl, { status: 0, out: 'no\n' })
      assert.match(short(await clock(machine))[0]!, /^warning: .* the network has not set it/)
      machine.programs.delete(timedatectl)
      machine.programs.set('chronyc -n', { status: 0, out: 'Leap status     : Not synchronised\n' })
      assert.match(short(await clock(machine))[0]!, /^warning/)
    })
  })

  describe('on serial ports', () => {
    const path = '/dev/serial/by-id/usb-JeeLink'
    const findings = async (FIELDLOG_SERIAL = path) =>
      short(await serial(await site({ FIELDLOG_SERIAL }), machine))

    it('finds the one that is wanted, and says who has it', async () => {
      machine.portList = [{ path, text: '/dev/ttyUSB0, JeeLabs' }]
      assert.deepEqual(await findings(), [
        `ok: ports here: ${path} (/dev/ttyUSB0, JeeLabs)`,
        `ok: the flow reads ${path}, which can be opened, and nobody has it open`,
      ])
      machine.portList[0]!.problem = 'in use by node (process 812)'
      machine.files.set('/proc/812/cmdline', 'node\0/usr/lib/fieldlog/current/dist/bin/fieldlog.js\0start\0')
      assert.equal(
        (await findings())[1],
        `ok: the flow reads ${path}: in use by node (process 812), the gateway`,
      )
      machine.portList[0]!.problem = 'in use by minicom (process 813)'
      machine.files.set('/proc/813/cmdline', 'minicom\0')
      assert.equal(
        (await findings('/dev/ttyUSB0'))[1],
        'fault: the flow reads /dev/ttyUSB0: in use by minicom (process 813)',
      )
    })

    it('says which there are in place of one that is not here', async () => {
      machine.portList = [{ path: '/dev/ttyACM0', text: '' }]
      assert.equal(
        (await findings())[1],
        `fault: the flow reads ${path}, which is not here: there are /dev/ttyACM0`,
      )
    })

    it('looks at the group of the service', async () => {
      machine.programs.set('id -nG', { status: 0, out: 'fieldlog\n' })
      const found = await serial(await readSite(machine, {}, '/var/lib/fieldlog'), machine)
      assert.equal(found.at(-1)?.says, 'the user fieldlog is not in the group dialout')
    })
  })

  describe('on the service', () => {
    const state = (text: string) => machine.programs.set('systemctl show', { status: 0, out: text })

    it('tells one that runs, one that fails, one that was restarted, and none', async () => {
      state('LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nNRestarts=0\n')
      assert.deepEqual(short(await service(machine)), ['ok: it is active (running)'])
      state(
        'LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nUnitFileState=disabled\nNRestarts=7\nResult=exit-code\nExecMainStatus=1\n',
      )
      assert.deepEqual(short(await service(machine)), [
        'fault: it is activating (auto-restart), exit-code, exit status 1',
        'warning: it was restarted 7 times since it was started by hand or at boot',
        'warning: it does not start at boot',
      ])
      state('LoadState=not-found\n')
      assert.match(short(await service(machine))[0]!, /^ok: Fieldlog is no service here/)
    })

    it('shows the last errors, its own and those of disks', async () => {
      const asked = 'journalctl --quiet --no-pager --output=short-iso'
      machine.programs.set(`${asked} --unit=fieldlog --priority=err --since=-7d`, {
        status: 0,
        out: '-- Boot 1 --\n2026 fieldlog: one\n2026 fieldlog: two\n',
      })
      machine.programs.set(`${asked} --dmesg --priority=err --since=-7d`, {
        status: 0,
        out: '2026 kernel: mmc0: error -110\n2026 kernel: sound is off\n',
      })
      assert.deepEqual(short(await errors(machine)), [
        'warning: 2 errors in the log of the last week, the last ones:\n2026 fieldlog: one\n2026 fieldlog: two',
        'warning: 1 errors in the log of the last week, the last ones:\n2026 kernel: mmc0: error -110',
      ])
    })
  })

  it('tells a weak power supply', async () => {
    machine.files.set('/sys/devices/platform/soc/soc:firmware/get_throttled', '50005\n')
    assert.ok(short(await hardware(machine)).includes('fault: the supply voltage is too low now'))
    machine.files.set('/sys/devices/platform/soc/soc:firmware/get_throttled', '50000\n')
    assert.ok(
      short(await hardware(machine)).includes('warning: the supply voltage was too low since the start'),
    )
  })
})
