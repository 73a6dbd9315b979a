// A reader in another language, written from the description of the format alone, agrees with ours: on what a killed
// process left, on what the next start made of it, and on what is damaged.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { type Entry, isEntry } from '../../../../lib/journal/format/entry.ts'
import { unescapeBytes } from '../../../../lib/journal/format/text.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { packageRoot } from '../../../../lib/package.ts'
import { batchesOf } from '../../../lib/journal/support/sample.ts'
import {
  type BuiltFile,
  buildJournal,
  inBatches,
  lines,
  writeJournal,
} from '../../../support/build-journal.ts'
import { runPython } from '../../../support/programs/python.ts'
import { seeded } from '../../../support/random.ts'

/** 200 in `npm run soak -- journal` */
const kills = process.env.FIELDLOG_SOAK ? 200 : 8
/** A journal is read as a whole each time: it must not grow with all of them. */
const killsAJournal = 8

interface Readings {
  entries: Array<Omit<Entry, 'epoch'> & { id: string; bytes: string }>
  damage: Array<{ file: string; offset: number; end: number; from: number; to: number }>
}

async function byOurs(directory: string): Promise<Readings> {
  const readings: Readings = { entries: [], damage: [] }
  for await (const reading of readJournal(systemDisk, directory, 1)) {
    if (reading.kind === 'damage') {
      const { file, offset, end, from, to } = reading
      readings.damage.push({ file, offset, end, from, to })
      continue
    }
    for (const item of reading.items) {
      if (!isEntry(item)) continue
      const { epoch, ...entry } = item
      const bytes = entry.kind === 'E' ? Buffer.from(entry.text) : unescapeBytes(entry.text)
      readings.entries.push({ ...entry, id: `${epoch}-${entry.seq}`, bytes: bytes.toString('hex') })
    }
  }
  return readings
}

function byTheOther(directory: string): Readings {
  const script = join(import.meta.dirname, '../../../support/programs/read-journal.py')
  const readings: Readings = { entries: [], damage: [] }
  for (const line of runPython(script, directory).trimEnd().split('\n')) {
    const { entry, damage } = JSON.parse(line) as {
      entry?: Readings['entries'][number]
      damage?: Readings['damage'][number]
    }
    if (entry) readings.entries.push(entry)
    if (damage) readings.damage.push(damage)
  }
  return readings
}

async function agree(directory: string, where: string): Promise<Readings> {
  const ours = await byOurs(directory)
  const other = byTheOther(directory)
  assert.deepEqual(other.damage, ours.damage, where)
  assert.equal(other.entries.length, ours.entries.length, where)
  for (const [index, entry] of ours.entries.entries()) assert.deepEqual(other.entries[index], entry, where)
  return ours
}

/** The files of the chain, none with anything readable left out. */
function lastFile(directory: string): string {
  const year = readdirSync(directory).find((name) => /^\d{4}$/.test(name))!
  const names = readdirSync(join(directory, year)).filter((name) => name.endsWith('.txt'))
  return join(directory, year, names.sort().at(-1)!)
}

describe('journal: a reader in another language', () => {
  let folder: string
  let program: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-other-'))
    program = join(folder, 'child.mjs')
    buildSync({
      entryPoints: [join(import.meta.dirname, '../../../lib/journal/support/logging-child.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    })
    // the journal looks there for its version
    copyFileSync(join(packageRoot, 'package.json'), join(folder, 'package.json'))
  })
  after(() => rmSync(folder, { recursive: true }))

  /** Lets a process log for so many ms from its first durable entry on. */
  async function killedAfter(directory: string, delay: number): Promise<void> {
    const child = spawn(process.execPath, ['--no-warnings', program, directory, 'mixed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay))
    child.stdout.resume()
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    assert.equal(signal, 'SIGKILL', 'it ended by itself')
  }

  it(
    `agrees byte for byte after each of ${kills} kills`,
    seeded(async function (randomFor) {
      this.timeout(600_000)
      const random = randomFor(75)
      let zeros = 0
      for (let kill = 0; kill < kills; kill++) {
        const directory = join(folder, `journal${Math.floor(kill / killsAJournal)}`)
        await killedAfter(directory, random() * 60)
        if (readFileSync(lastFile(directory)).at(-1) === 0) zeros++
        const { entries, damage } = await agree(directory, `kill ${kill}`)
        assert.deepEqual(damage, [])
        assert.ok(entries.length > 0)
        assert.deepEqual(new Set(entries.map(({ kind }) => kind)), new Set(['L', 'R', 'E']))
      }
      assert.ok(zeros > kills / 2, `most of them left room that was taken ahead: ${zeros}`)
    }),
  )

  it('agrees on what is damaged', async () => {
    const directory = join(folder, 'damaged')
    await killedAfter(directory, 100)
    const journal = new Journal({ directory, reserve: 0 })
    await journal.start()
    await journal.stop()
    const path = lastFile(directory)
    const bytes = readFileSync(path)
    const batches = batchesOf(bytes)
    const broken = batches[Math.floor(batches.length / 2)]!
    const place = broken.at + 20
    bytes[place] = bytes[place]! ^ 1
    writeFileSync(path, bytes)
    const { damage } = await agree(directory, 'a flipped bit')
    assert.equal(damage.length, 1)
    assert.deepEqual([damage[0]!.from, damage[0]!.to], [broken.seqs[0], broken.seqs.at(-1)])
    // a hole of zeros in the middle is no room that was taken ahead
    bytes.fill(0, broken.at, broken.end)
    writeFileSync(path, bytes)
    assert.equal((await byOurs(directory)).damage.length, 1)
  })

  it('agrees on broken archives, on starts that damage hides, and on a damaged end', async () => {
    const [archived, last] = buildJournal([
      { date: '20261120', batches: inBatches(lines('20261120', 12), 3) },
      { date: '20261121', batches: inBatches(lines('20261121', 12), 3), epoch: 'other123' },
    ]) as [BuiltFile, BuiltFile]
    const members = batchesOf(archived.bytes).map(({ at, end }) => gzipSync(archived.bytes.subarray(at, end)))
    const [first, second, ...rest] = members as [Buffer, Buffer, ...Buffer[]]
    const wrecked = Buffer.from(last.bytes)
    wrecked.write('\x01\x01', wrecked.indexOf('line 5'))
    const badEnd = Buffer.from(last.bytes)
    badEnd.write('X', badEnd.length - 2)
    const cases = [
      { what: 'bytes between members', gz: [first, Buffer.from('junk'), second, ...rest], end: last.bytes },
      { what: 'bytes in front of all', gz: [Buffer.from('junk'), ...members], end: last.bytes },
      { what: 'a wrecked batch', gz: members, end: wrecked },
      { what: 'a damaged last C', gz: members, end: badEnd },
    ]
    const found: Record<string, number[]> = {}
    for (const [index, { what, gz, end }] of cases.entries()) {
      const directory = join(folder, `broken${index}`)
      writeJournal(directory, [{ ...last, bytes: end }])
      writeFileSync(join(directory, `${archived.path}.gz`), Buffer.concat(gz))
      const { entries } = await agree(directory, what)
      found[what] = [entries.length, entries.filter(({ id }) => id.startsWith('-')).length]
    }
    assert.deepEqual(found, {
      'bytes between members': [24, 0],
      'bytes in front of all': [24, 0],
      'a wrecked batch': [21, 6],
      'a damaged last C': [21, 0],
    })
  })
})
