// A home is copied beside its running gateway, whatever happens to the copy, and a new box is started from it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { verifyJournal } from '../../lib/journal/inspect/verify.ts'
import { fieldlog, spawnFieldlog } from '../lib/cli/helper.ts'
import { buildJournal, inBatches, lines, writeJournal } from '../support/build-journal.ts'
import { Gateway } from '../support/gateway.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { mountedDisk } from '../support/programs/mounted-disk.ts'
import { makeReadOnly } from '../support/programs/read-only-folder.ts'

const day = 86_400_000
const logged = 12 * 4_000

/** So many days ago, as a file's name has it. */
const dateOf = (daysAgo: number) =>
  new Date(Date.now() - daysAgo * day).toISOString().slice(0, 10).replaceAll('-', '')

interface Done {
  whole: boolean
  journals: Array<{ files: number; kept: number; older: number; bytes: number; lastSeq: number }>
}

describe('fieldlog backup of a home', function () {
  this.timeout(300_000)
  let place: string
  let home: string
  let copy: string
  let broker: Mosquitto
  let gateway: Gateway
  let env: Record<string, string>

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'fieldlog-backup-'))
    home = join(place, 'home')
    copy = join(place, 'stick')
    const days = Array.from({ length: 12 }, (_, index) => dateOf(13 - index))
    writeJournal(
      join(home, 'journal'),
      buildJournal(days.map((date) => ({ date, batches: inBatches(lines(date, 4_000), 50) }))),
    )
    broker = await startMosquitto({ users: { pi: 'raspberry' }, quiet: true })
    env = {
      FIELDLOG_MQTT: broker.url,
      FIELDLOG_MQTT_USER: 'pi',
      FIELDLOG_MQTT_PASSWORD: 'raspberry',
    }
    gateway = await Gateway.start({ home, env })
  })
  after(async () => {
    await gateway.remove()
    await broker.remove()
    rmSync(place, { recursive: true })
  })

  const run = (to: string, ...options: string[]) =>
    fieldlog(['backup', ...options, to], { FIELDLOG_HOME: home })

  async function done(to: string, ...options: string[]): Promise<Done> {
    const { stdout, stderr, status } = await run(to, '--json', ...options)
    assert.deepEqual([stderr, status], ['', 0])
    return JSON.parse(stdout) as Done
  }

  const problemsIn = async (to: string) => (await verifyJournal(systemDisk, join(to, 'journal'))).problems

  it('goes on where a backup that was killed had come to', async () => {
    for (const files of [2, 6]) {
      const { child, outcome } = spawnFieldlog(['backup', copy], { FIELDLOG_HOME: home })
      // the copy is under way: so many of its files are there
      while (child.exitCode === null && filesIn(copy).length < files) await changeIn(place)
      child.kill('SIGKILL')
      assert.equal((await outcome).status, null)
      assert.ok(filesIn(copy).length < 12, 'it was killed in the midst')
      assert.deepEqual(await problemsIn(copy), [])
    }
    const { whole, journals } = await done(copy)
    assert.ok(whole && journals[0]!.kept >= 4, JSON.stringify(journals))
    assert.ok(journals[0]!.lastSeq >= logged)
  })

  it('copies only what has changed, for its owner alone', async () => {
    const first = await done(copy)
    const { journals } = await done(copy)
    assert.ok(journals[0]!.kept >= 12 && journals[0]!.bytes < 50_000, JSON.stringify(journals))
    assert.ok(journals[0]!.lastSeq >= first.journals[0]!.lastSeq)
    for (const name of ['flows.json', 'flows_cred.json', 'credential-secret']) {
      assert.deepEqual(readFileSync(join(copy, name)), readFileSync(join(home, name)))
    }
    const open = (readdirSync(copy, { recursive: true }) as string[]).filter(
      (name) => (statSync(join(copy, name)).mode & 0o077) !== 0,
    )
    assert.deepEqual(open, [])
  })

  it('leaves the key of the logins out where that is asked for', async () => {
    const other = join(place, 'without')
    await done(other)
    await done(other, '--without-secrets')
    assert.ok(existsSync(join(other, 'flows_cred.json')))
    assert.ok(!existsSync(join(other, 'credential-secret')))
  })

  it('copies nothing onto the same disk where another one is meant', async () => {
    const { status, stderr } = await run(join(place, 'not', 'mounted'), '--other-disk')
    assert.equal(status, 1)
    assert.match(
      stderr,
      /is on the same disk as .*: is the stick, or the share, mounted\? Nothing was copied\n$/,
    )
    assert.ok(!existsSync(join(place, 'not')))
  })

  it('refuses a folder that holds something else, and one of its own', async () => {
    const letters = mkdtempSync(join(place, 'letters-'))
    writeFileSync(join(letters, 'flows.json'), '[]')
    assert.match((await run(letters)).stderr, /holds flows.json, and is no backup: give an empty folder\n$/)
    assert.equal(readFileSync(join(letters, 'flows.json'), 'utf8'), '[]')
    assert.match((await run(join(home, 'copy'))).stderr, /is inside the home: give a folder outside of it\n$/)
  })

  it('says what to do where the stick is full, and keeps what was there', async () => {
    const stick = await mountedDisk()
    try {
      writeFileSync(join(stick.root, 'photos'), Buffer.alloc(1_600_000, 1))
      const to = join(stick.root, 'fieldlog')
      const { status, stderr } = await run(to, '--other-disk')
      assert.equal(status, 1)
      assert.match(stderr, /is not complete \(ENOSPC.*\): the disk there is full: make room, or use --prune/)
      assert.deepEqual(await problemsIn(to), [])
      assert.ok(filesIn(to).length > 0)
      assert.ok(
        filesIn(to).every((name) => !name.endsWith('.tmp')),
        'no half of a file is left',
      )
    } finally {
      stick.remove()
    }
  })

  it('says what to do where the stick is read-only', async () => {
    const stick = mkdtempSync(join(place, 'read-only-'))
    chmodSync(stick, 0o700)
    const undo = makeReadOnly(stick)
    try {
      const { status, stderr } = await run(stick)
      assert.equal(status, 1)
      assert.match(
        stderr,
        /is not complete \(E\w+.*\): (the disk there is mounted read-only|this user may not write there)/,
      )
    } finally {
      undo()
    }
  })

  it('keeps what retention removes, also in its midst', async () => {
    const before = (await done(copy)).journals[0]!.files
    await gateway.stop()
    const path = join(home, 'flows.json')
    const flow = JSON.parse(readFileSync(path, 'utf8')) as Array<{ type: string; retentionDays?: number }>
    for (const node of flow) if (node.type === 'fieldlog-journal') node.retentionDays = 6
    writeFileSync(path, JSON.stringify(flow))
    const journal = join(home, 'journal')
    gateway = await Gateway.start({ home, env })
    while (filesIn(home).length >= before) {
      const { stderr, status } = await run(copy)
      assert.deepEqual([stderr, status], ['', 0])
    }
    const { journals, whole } = await done(copy)
    assert.ok(whole && journals[0]!.older >= 1, JSON.stringify(journals))
    assert.equal((await verifyJournal(systemDisk, join(copy, 'journal'))).firstSeq, 1)
    assert.ok((await verifyJournal(systemDisk, journal)).firstSeq > 1)
    const pruned = await done(copy, '--prune')
    assert.equal(pruned.journals[0]!.older, 0)
    assert.deepEqual(await problemsIn(copy), [])
  })

  it('makes a home of which a new box goes on, with its logins', async () => {
    const { journals } = await done(copy)
    await gateway.stop()
    const fresh = join(place, 'new-box')
    cpSync(copy, fresh, { recursive: true })
    const listener = await connectAsync(broker.url, { username: 'pi', password: 'raspberry' })
    await listener.subscribeAsync('fieldlog/test-gateway/good/#')
    const published = new Promise<{ seq: number }>((resolve) =>
      listener.on('message', (_, payload) => {
        const message = JSON.parse(payload.toString('utf8')) as { seq: number }
        if (message.seq > journals[0]!.lastSeq) resolve(message)
      }),
    )
    gateway = await Gateway.start({ home: fresh, env })
    assert.equal((await published).seq > journals[0]!.lastSeq, true)
    await listener.endAsync()
    await gateway.stop()
    assert.deepEqual((await verifyJournal(systemDisk, join(fresh, 'journal'))).problems, [])
  })
})

/** Of the journal in a home, or in the copy of one. */
function filesIn(folder: string): string[] {
  const journal = join(folder, 'journal')
  if (!existsSync(journal)) return []
  return (readdirSync(journal, { recursive: true }) as string[]).filter((name) =>
    /\d\/.*\.(txt|gz|tmp)$/.test(name),
  )
}

/** Resolves when a file below a folder was made, removed or renamed. */
async function changeIn(folder: string): Promise<void> {
  const watcher = watch(folder, { recursive: true })
  await Promise.race([once(watcher, 'change'), once(watcher, 'close')])
  watcher.close()
}
