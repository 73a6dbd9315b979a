// backup and import, end to end.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import { readCheckpoint } from '../../../../lib/delivery/progress/audit.ts'
import { CheckpointFile } from '../../../../lib/delivery/progress/checkpoint.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { queryJournal } from '../../../../lib/journal/read/query.ts'
import { buildJournal, inBatches, lines, writeJournal } from '../../../support/build-journal.ts'
import { journalHolds, readJournal } from '../../../support/journal-files.ts'
import { fieldlog, temporaryDirectory } from '../helper.ts'

const files = buildJournal([
  { date: '20261119', batches: inBatches(lines('20261119', 30), 4) },
  { date: '20261120', batches: inBatches(lines('20261120', 30), 4) },
])

describe('fieldlog backup', () => {
  const place = temporaryDirectory()
  const source = () => join(place.path, 'journal')
  const target = () => join(place.path, 'backup')

  it('copies a journal with its checkpoint, and only what has changed the next time', async () => {
    writeJournal(source(), files)
    const file = new CheckpointFile(systemDisk, join(source(), '.checkpoint'))
    await file.write({ seq: 7, counters: { complete: 7, failed: 0, incomplete: 0, damaged: 0 } })
    await file.close()
    const first = await fieldlog(['backup', source(), target()])
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
    assert.deepEqual(first, {
      status: 0,
      stdout: `2 files, ${(bytes / 1000).toFixed(1)} kB copied, up to entry 60; verified: whole\n`,
      stderr: '',
    })
    for (const { path, bytes } of files) assert.deepEqual(readFileSync(join(target(), path)), bytes)
    assert.equal((await readCheckpoint(systemDisk, target()))?.seq, 7)
    const again = JSON.parse((await fieldlog(['backup', source(), target(), '--json'])).stdout) as object
    assert.deepEqual(again, {
      whole: true,
      files: 2,
      kept: 2,
      repaired: 0,
      spared: [],
      aside: [],
      older: 0,
      bytes: 0,
      lastSeq: 60,
      checkpoint: 7,
      problems: [],
    })
  })

  it('takes what is durable of a journal that is being written, and the copy goes on as a journal', async () => {
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'write-until-killed.ts'), source()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const reported = createInterface(writer.stdout)
      let durable = 0
      reported.on('line', (line) => {
        durable = Number(line)
      })
      await once(reported, 'line')
      for (let round = 0; round < 3; round++) {
        const known = durable
        const { status, stdout, stderr } = await fieldlog(['backup', source(), target(), '--json'])
        assert.deepEqual([status, stderr], [0, ''])
        const { lastSeq } = JSON.parse(stdout) as { lastSeq: number }
        assert.ok(lastSeq >= known, `up to ${lastSeq}, though ${known} were durable`)
        // strict: nothing behind the last C
        const copy = readJournal(target())
        assert.equal(copy.tail, '')
        assert.equal(copy.entries.length, lastSeq)
        assert.equal(copy.entries.at(-1)!.text, `n ${lastSeq}`)
      }
    } finally {
      const ended = once(writer, 'exit')
      writer.kill('SIGKILL')
      await ended
    }
    const journal = new Journal({ directory: target(), reserve: 0 })
    const { salvages } = await journal.start()
    await journal.stop()
    assert.deepEqual(salvages, [])
  })

  it('takes void bytes for what they are, and archives as they are', async () => {
    writeJournal(source(), files)
    writeFileSync(join(source(), files[0]!.path), Buffer.concat([files[0]!.bytes, Buffer.from('void')]))
    assert.equal((await fieldlog(['backup', source(), target()])).status, 0)
    assert.deepEqual(readFileSync(join(target(), files[0]!.path)), files[0]!.bytes)
    // archived since, and another file removed
    const stored = join(source(), files[0]!.path)
    writeFileSync(`${stored}.gz`, gzipSync(files[0]!.bytes))
    rmSync(stored)
    assert.equal((await fieldlog(['backup', source(), target()])).status, 0)
    assert.ok(!existsSync(join(target(), files[0]!.path)))
    assert.deepEqual(readFileSync(join(target(), `${files[0]!.path}.gz`)), readFileSync(`${stored}.gz`))
    assert.deepEqual((await verifyJournal(systemDisk, target())).problems, [])
  })

  it('ends with 1 and says why where the journal itself is broken', async () => {
    writeJournal(source(), files)
    const damaged = Buffer.from(files[0]!.bytes)
    damaged.write('X', 400)
    writeFileSync(join(source(), files[0]!.path), damaged)
    const { status, stdout, stderr } = await fieldlog(['backup', source(), target()])
    assert.equal(status, 1)
    assert.match(stdout, /verified: NOT whole\n$/)
    assert.match(
      stderr,
      /^fieldlog backup: 2026\/20261119\.txt: bytes \d+ to \d+: the checksum does not match/,
    )
  })

  it('refuses a target that holds something else, or lies inside of the journal', async () => {
    writeJournal(source(), files)
    writeJournal(
      target(),
      buildJournal([
        { date: '20261119', batches: [lines('20261119', 3)] },
        { date: '20261201', batches: [lines('20261201', 3)] },
      ]),
    )
    const other = await fieldlog(['backup', source(), target()])
    assert.equal(other.status, 1)
    assert.equal(
      other.stderr,
      `fieldlog backup: ${target()} holds another journal (2026/20261201.txt): give an empty directory\n`,
    )
    const strange = join(place.path, 'strange')
    mkdirSync(strange)
    writeFileSync(join(strange, 'letter.odt'), '')
    assert.equal(
      (await fieldlog(['backup', source(), strange])).stderr,
      `fieldlog backup: ${strange} holds letter.odt: give an empty directory\n`,
    )
    for (const inside of [source(), join(source(), 'backup')]) {
      assert.equal(
        (await fieldlog(['backup', source(), inside])).stderr,
        `fieldlog backup: ${inside} is inside the journal: give a directory outside of it\n`,
      )
    }
    assert.deepEqual(readdirSync(source()), ['2026'])
  })
})

describe('fieldlog import', () => {
  const place = temporaryDirectory()
  const journal = () => join(place.path, 'journal')
  const sample = [
    'L 00:00:00.062 usb-A40117UK OK 19 96 12 11 30 1 0 0',
    'L 00:00:00.101 usb-A40117UK DF S 3129 63 222769\r',
    '',
    'L 23:59:59.999 usb-A40117UK  ? 4 254 249',
    'L 12:00:00.000 usb-A40117UK a\\b \u00e9',
    'L 12:00:01.000 usb-A40117UK',
  ].join('\n')

  function given(name: string, content: string | Buffer): string {
    const path = join(place.path, name)
    writeFileSync(path, content)
    return path
  }

  const imported = async () => {
    const entries: Array<[seq: number, time: string, source: string, text: string]> = []
    for await (const found of queryJournal(systemDisk, journal(), {})) {
      assert.equal(found.kind, 'entries')
      if (found.kind !== 'entries') continue
      for (const { kind, seq, time, source, text } of found.entries) {
        assert.equal(kind, 'R')
        entries.push([seq, new Date(time).toISOString(), source, text])
      }
    }
    return entries
  }

  it('appends plain and gzipped day files with their own times, byte for byte', async () => {
    const plain = given('20121130.txt', sample)
    const gzipped = given('20121201.txt.gz', gzipSync('L 01:02:03.004 usb-1 later \xff\n', { level: 9 }))
    const { status, stdout, stderr } = await fieldlog(['import', journal(), plain, gzipped])
    assert.deepEqual([status, stderr], [0, ''])
    assert.equal(
      stdout,
      `${plain}: 5 entries as 1 to 5\n${gzipped}: 1 entry as 6 to 6\ntogether: 6 entries\n`,
    )
    assert.deepEqual(await imported(), [
      [1, '2012-11-30T00:00:00.062Z', 'usb-A40117UK', 'OK 19 96 12 11 30 1 0 0'],
      [2, '2012-11-30T00:00:00.101Z', 'usb-A40117UK', 'DF S 3129 63 222769'],
      [3, '2012-11-30T23:59:59.999Z', 'usb-A40117UK', ' ? 4 254 249'],
      [4, '2012-11-30T12:00:00.000Z', 'usb-A40117UK', 'a\\x5cb é'],
      [5, '2012-11-30T12:00:01.000Z', 'usb-A40117UK', ''],
      [6, '2012-12-01T01:02:03.004Z', 'usb-1', 'later ÿ'],
    ])
    const notices = readJournal(journal()).notices.filter(({ kind }) => kind === 'import')
    assert.deepEqual(
      notices.map(({ json }) => json),
      [
        { file: '20121130.txt', entries: 5, rejected: 0 },
        { file: '20121201.txt.gz', entries: 1, rejected: 0 },
      ],
    )
  })

  it('keeps bytes that are no UTF-8', async () => {
    const file = given('20121130.txt', Buffer.from('L 00:00:00.000 usb a\xffb\n', 'latin1'))
    assert.equal((await fieldlog(['import', journal(), file])).status, 0)
    assert.equal((await imported())[0]![3], 'a\\xffb')
  })

  it('names each line that is no entry with file and number, imports the rest, and ends with 1', async () => {
    const bad = [
      'L 00:00:00.000 usb good',
      'garbage',
      'L 24:00:00.000 usb late',
      'L 00:00:00 usb no ms',
      'L 00:00:00.000 us/b slash',
      'X 00:00:00.000 usb kind',
      'L 00:00:00.000',
      'L 00:00:01.000 usb also good',
    ].join('\n')
    const file = given('20121130.txt', bad)
    const { status, stdout, stderr } = await fieldlog(['import', journal(), file, '--json'])
    assert.equal(status, 1)
    assert.equal(
      stderr,
      `${file}:2: it does not begin with "L ": garbage
${file}:3: it has no time HH:MM:SS.mmm: L 24:00:00.000 usb late
${file}:4: it has no time HH:MM:SS.mmm: L 00:00:00 usb no ms
${file}:5: it names no device: L 00:00:00.000 us/b slash
${file}:6: it does not begin with "L ": X 00:00:00.000 usb kind
${file}:7: it has no time HH:MM:SS.mmm: L 00:00:00.000
`,
    )
    assert.deepEqual(JSON.parse(stdout), {
      entries: 2,
      rejected: 6,
      files: [{ file, entries: 2, rejected: 6, from: 1, to: 2 }],
    })
    assert.deepEqual(
      (await imported()).map(([, , , text]) => text),
      ['good', 'also good'],
    )
  })

  it('says where a .gz ends too early, and keeps what came before', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `L 00:00:00.000 usb ${n * 7919}\n`).join('')
    const file = given('20121130.txt.gz', gzipSync(many).subarray(0, 60_000))
    const { status, stderr } = await fieldlog(['import', journal(), file])
    assert.equal(status, 1)
    assert.equal(stderr, `fieldlog import: ${file} cannot be decompressed: unexpected end of file\n`)
    assert.ok((await imported()).length > 1000)
  })

  it('takes the day from --date where the name does not say it, and nothing without', async () => {
    const file = given('november.txt', 'L 00:00:00.000 usb x\n')
    const without = await fieldlog(['import', journal(), file])
    assert.equal(without.status, 2)
    assert.match(without.stderr, /the name of .* is no date \(20121130\.txt\): give --date YYYY-MM-DD/)
    assert.ok(!existsSync(journal()), 'nothing was made')
    assert.equal((await fieldlog(['import', journal(), file, '--date', '2012-02-30'])).status, 2)
    assert.equal((await fieldlog(['import', journal(), file, '--date', '2012-02-29'])).status, 0)
    assert.equal((await imported())[0]![1], '2012-02-29T00:00:00.000Z')
  })

  it('names a file that is not there before anything is imported', async () => {
    const there = given('20121130.txt', sample)
    const missing = join(place.path, '20121201.txt')
    const { status, stderr } = await fieldlog(['import', journal(), there, missing])
    assert.equal(status, 1)
    assert.equal(stderr, `fieldlog import: cannot read ${missing}: nothing was imported\n`)
    assert.ok(!existsSync(journal()))
  })

  it('leaves a journal alone that a writer has open, and names that one', async () => {
    const open = new Journal({ directory: journal(), reserve: 0 })
    await open.start()
    const { status, stdout, stderr } = await fieldlog(['import', journal(), given('20121130.txt', sample)])
    await open.stop()
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`is written by another writer already \\(process ${process.pid} on `))
    assert.equal(readJournal(journal()).entries.length, 0)
  })

  it('goes on behind what is there', async () => {
    writeJournal(journal(), files)
    assert.equal((await fieldlog(['import', journal(), given('20121130.txt', sample)])).status, 0)
    await journalHolds(journal(), 65)
    assert.deepEqual((await verifyJournal(systemDisk, journal())).problems, [])
  })
})
