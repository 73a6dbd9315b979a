// `npm run test:appliance`: the Debian package on a machine with systemd, from the first installation to its removal.
// As root; installs what it needs by apt. It takes some minutes, most of them for the two of an update that fails.
//   --deb FILE   takes a package that was built before
//   --arch arm64 (or armhf) tries the package of another processor instead, emulated: installation, start, lines to a broker
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { packageVersion } from '../../lib/package.ts'
import { withVersion } from './debs.ts'
import { foreignTree, installIn, inTree, linesThrough, networkSource, serialSource } from './foreign.ts'
import { debianDisk } from './image.ts'
import { Machine } from './machine.ts'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: { deb: { type: 'string' }, arch: { type: 'string', default: 'amd64' } },
})
const later = '99.0.0'
const broken = '99.1.0'
/** chosen in the set-up page */
const password = 'open sesame'
const journal = 'fieldlog verify /var/lib/fieldlog/journal'
const emulators: Array<[program: string, debianPackage: string]> = [
  ['qemu-aarch64-static', 'qemu-user-static'],
  ['arch-test', 'arch-test'],
]
const cache = join(root, '.cache/appliance')
const isUp = 'systemctl is-active fieldlog'

let passed = 0
let failed = 0
installPrograms()
const work = mkdtempSync(join(tmpdir(), 'fieldlog-appliance-'))
const goods = join(work, 'goods')
mkdirSync(goods)
const first = firstDeb()
// only in the scenario of this processor
let machine: Machine
try {
  if (values.arch === 'amd64') await onMachine()
  else await emulated()
} finally {
  rmSync(work, { recursive: true })
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

async function emulated(): Promise<void> {
  const tree = foreignTree(cache, values.arch)
  await inTree(tree, async () => {
    await step('installs where no systemd runs', () => installIn(tree, first))
    await step('starts, and carries 1,000 lines to a broker', async () => {
      const source = values.arch === 'armhf' ? await networkSource() : await serialSource()
      await linesThrough(tree, source, 1000)
    })
  })
}

async function onMachine(): Promise<void> {
  makeOtherDebs()
  machine = new Machine(debianDisk(cache), work, goods)
  try {
    await machine.on()
    await scenario()
  } finally {
    await machine.remove()
  }
}

async function scenario(): Promise<void> {
  await step('installs, and runs', async () => {
    run('dpkg -i /mnt/first.deb')
    await up(60)
    assert.match(run('curl -sI http://127.0.0.1:1880/fieldlog/setup/'), /^HTTP\/1\.1 200/)
    assert.match(run('curl -sI http://127.0.0.1:1880/flows'), /^HTTP\/1\.1 403/)
    assert.match(run('fieldlog --version'), new RegExp(`^${packageVersion}`))
  })
  await step('is exposed to less than 3.0, as its own user in dialout', () => {
    const [, exposure] = /exposure level for \S+ ([\d.]+)/.exec(
      run('systemd-analyze security fieldlog --no-pager'),
    )!
    assert.ok(Number(exposure) < 3, exposure)
    assert.match(run('ps -o user= -p $(systemctl show --value -p MainPID fieldlog)'), /^fieldlog/)
    assert.match(run('id -nG fieldlog'), /dialout/)
  })
  await step('writes lines with their levels and one time', () => {
    const text = run('journalctl -u fieldlog -o cat')
    assert.match(text, /^fieldlog: the flow is running$/m)
    assert.doesNotMatch(text, /^<\d>|^\d+ [A-Z][a-z]{2} \d\d:/m)
  })
  await step('takes a secret as a credential', async () => {
    run('echo open-sesame > /etc/fieldlog/secrets/FIELDLOG_PASSWORD; systemctl restart fieldlog')
    await up(60)
    assert.equal(
      run('curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:1880/fieldlog/api/status'),
      '401',
    )
    const login =
      'curl -s -o /dev/null -w "%{http_code}" -u admin:open-sesame http://127.0.0.1:1880/fieldlog/api/status'
    assert.equal(run(login), '200')
    run('rm /etc/fieldlog/secrets/FIELDLOG_PASSWORD; systemctl restart fieldlog')
    await up(60)
  })
  await step('takes the first password that is chosen, and then asks for it', () => {
    const choose = `curl -s -o /dev/null -w "%{http_code}" -H "content-type: application/json" --data '{"password":"${password}"}'`
    const path = 'http://127.0.0.1:1880/fieldlog/setup/api/password'
    assert.equal(run(`${choose} ${path}`), '200')
    assert.equal(run(`${choose} ${path}`), '401')
    assert.equal(status().status, 0, status().text)
  })
  await step('is looked through by the doctor, who finds no fault', () => {
    const { status, text } = machine.run(`FIELDLOG_PASSWORD='${password}' fieldlog doctor --user admin`)
    assert.ok(status < 2, text)
    assert.match(text, /^ok +.*service/im)
  })
  await step('is copied to another disk by the unit of the timer', () => {
    run(
      'mkdir /media/stick && mount -t tmpfs tmpfs /media/stick && install -d -o fieldlog -m 700 /media/stick/fieldlog',
    )
    run('echo FIELDLOG_BACKUP=/media/stick/fieldlog >> /etc/fieldlog/fieldlog.env')
    run('systemctl start fieldlog-backup.service')
    assert.match(
      run('ls /media/stick/fieldlog'),
      /^admin-password-hash$[\s\S]*^flows\.json$[\s\S]*^journal$/m,
    )
    assert.match(run('fieldlog verify /media/stick/fieldlog/journal'), /^whole: /)
  })
  await step('comes back within seconds after kill -9', async () => {
    const before = run('systemctl show --value -p MainPID fieldlog')
    run('kill -9 $(systemctl show --value -p MainPID fieldlog)')
    assert.ok(
      await machine.until(
        `${isUp} && [ "$(systemctl show --value -p MainPID fieldlog)" != ${before.trim()} ]`,
        60,
      ),
    )
  })
  await step('is started anew where it hangs', async () => {
    const before = run('systemctl show --value -p NRestarts fieldlog').trim()
    run('kill -STOP $(systemctl show --value -p MainPID fieldlog)')
    assert.ok(
      await machine.until(
        `[ "$(systemctl show --value -p NRestarts fieldlog)" != ${before} ] && ${isUp}`,
        150,
      ),
    )
  })
  await step('starts at boot after a power cut, with a whole journal', async () => {
    await machine.cutPower()
    await machine.on()
    await up(90)
    assert.match(run(journal), /^whole: /)
  })
  await step('is updated, and keeps settings, flows and journal', async () => {
    run('echo FIELDLOG_GATEWAY=cellar >> /etc/fieldlog/fieldlog.env')
    const flow = run('sha256sum /var/lib/fieldlog/flows.json')
    run('dpkg --force-confold -i /mnt/later.deb')
    assert.equal(run('readlink -f /usr/lib/fieldlog/current').trim(), `/usr/lib/fieldlog/versions/${later}`)
    // the files of the version before go last
    const isOver = '[ ! -L /usr/lib/fieldlog/previous ] && [ ! -e /usr/lib/fieldlog/kept ]'
    assert.ok(await machine.until(isOver, 150), 'the trial does not end')
    assert.match(run('fieldlog --version'), /^99\.0\.0/)
    assert.equal(run('ls /usr/lib/fieldlog'), 'current\ntrial.sh\nversions\n')
    assert.equal(run('sha256sum /var/lib/fieldlog/flows.json'), flow)
    assert.match(run('ls /var/lib/fieldlog'), new RegExp(`^flows-${packageVersion}\\.json$`, 'm'))
    assert.match(run('cat /etc/fieldlog/fieldlog.env'), /^FIELDLOG_GATEWAY=cellar$/m)
    assert.match(run(journal), /^whole: /)
  })
  await step('goes back by itself where an update does not come up, over a power cut, too', async () => {
    run('dpkg --force-confold -i /mnt/broken.deb; sync')
    await machine.cutPower()
    await machine.on()
    assert.ok(await machine.until('[ ! -L /usr/lib/fieldlog/previous ]', 200), 'the trial does not end')
    await up(60)
    assert.match(run('fieldlog --version'), /^99\.0\.0/)
    assert.match(
      run('journalctl -u fieldlog-trial -p err -o cat'),
      /99\.1\.0 did not come up .* going back to 99\.0\.0/,
    )
    assert.match(run('journalctl -u fieldlog -o cat'), /an update was taken back: .*99\.1\.0/)
    // it ends with 1 while there is an alarm
    assert.match(status().text, /an update was taken back: .*99\.1\.0/)
  })
  await step('is whole at the boot after a power cut in the middle of an update', async () => {
    run('dpkg --unpack /mnt/later.deb && rm -rf /usr/lib/fieldlog/versions/*; sync')
    await machine.cutPower()
    await machine.on()
    await up(90)
    run('dpkg --unpack /mnt/later.deb && dpkg --configure -a')
    assert.ok(await machine.until('[ ! -L /usr/lib/fieldlog/previous ]', 150), 'the trial does not end')
    assert.equal(run('readlink -f /usr/lib/fieldlog/current').trim(), `/usr/lib/fieldlog/versions/${later}`)
  })
  await step(
    'is removed, says where the data is, and keeps it; purge keeps it unless it is told otherwise',
    () => {
      assert.match(run('dpkg -r fieldlog'), /kept: \/var\/lib\/fieldlog/)
      assert.equal(run('ls -d /usr/lib/fieldlog /usr/bin/fieldlog 2>/dev/null || true'), '')
      assert.match(
        run('ls /var/lib/fieldlog /etc/fieldlog'),
        /^fieldlog\.env$[\s\S]*^flows\.json$[\s\S]*^journal$/m,
      )
      assert.match(run('dpkg -P fieldlog'), /\/var\/lib\/fieldlog was kept/)
      assert.equal(run('ls -d /etc/fieldlog 2>/dev/null || true'), '')
      run(
        'dpkg -i /mnt/first.deb; echo fieldlog fieldlog/remove-data boolean true | debconf-set-selections; dpkg -P fieldlog',
      )
      assert.equal(run('ls -d /var/lib/fieldlog 2>/dev/null || true; id -u fieldlog 2>/dev/null || true'), '')
    },
  )
}

/** What the gateway says of itself; the status is 1 while there is an alarm. */
function status() {
  return machine.run(`FIELDLOG_PASSWORD='${password}' fieldlog status --user admin`)
}

/** What it prints; fails where it does not end with 0. */
function run(script: string): string {
  const { status, text } = machine.run(script)
  assert.equal(status, 0, `${script}\n${text}`)
  return text
}

async function up(seconds: number): Promise<void> {
  if (await machine.until(isUp, seconds)) return
  assert.fail(
    `it does not run:\n${machine.run('journalctl -u fieldlog -u fieldlog-trial --no-pager | tail -30').text}`,
  )
}

async function step(title: string, check: () => void | Promise<void>): Promise<void> {
  const begin = performance.now()
  try {
    await check()
    passed++
    process.stdout.write(`  ✔ ${title} (${Math.round((performance.now() - begin) / 1000)} s)\n`)
  } catch (error) {
    failed++
    process.stdout.write(`  ✘ ${title}\n${(error as Error).message}\n`)
  }
}

/** The package that is tried. */
function firstDeb(): string {
  const target = join(goods, 'first.deb')
  if (values.deb) copyFileSync(resolve(process.env.INIT_CWD ?? '.', values.deb), target)
  else {
    const args = [join(root, 'scripts/package/package.ts'), '--quick', '--arch', values.arch, '--out', work]
    execFileSync(process.execPath, args, { stdio: 'inherit' })
    const made = readdirSync(work).find((name) => name.endsWith('.deb'))!
    copyFileSync(join(work, made), target)
  }
  return target
}

function makeOtherDebs(): void {
  withVersion(first, [packageVersion, later], join(goods, 'later.deb'))
  withVersion(first, [packageVersion, broken], join(goods, 'broken.deb'), (program) =>
    writeFileSync(join(program, 'dist/bin/start.js'), "throw new Error('this version is broken')\n"),
  )
}

function installPrograms(): void {
  if (process.getuid?.() !== 0) {
    process.stderr.write('test:appliance mounts a disk and starts a container: run it as root\n')
    process.exit(1)
  }
  const programs: Array<[program: string, debianPackage: string]> = [
    ['systemd-nspawn', 'systemd-container'],
    ['mmdebstrap', 'mmdebstrap'],
    ['mke2fs', 'e2fsprogs'],
    ['socat', 'socat'],
    ['mosquitto', 'mosquitto'],
    ...(values.arch === 'amd64' ? [] : emulators),
  ]
  const missing = programs.filter(([name]) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0)
  if (missing.length === 0) return
  const names = missing.map(([, name]) => name).join(' ')
  execFileSync('sh', ['-c', `apt-get update -q && apt-get install -yq --no-install-recommends ${names}`], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}
