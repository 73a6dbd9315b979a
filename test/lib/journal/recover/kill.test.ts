// A process that logs as fast as it can is killed 200 times at random moments, on a real disk: what it had told to be
// durable is always there.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { isEntry } from '../../../../lib/journal/format/entry.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { packageRoot } from '../../../../lib/package.ts'
import { readJournal as readByDescription } from '../../../support/journal-files.ts'
import { type Random, seeded } from '../../../support/random.ts'

const kills = 200
/** as many at a time as there are cores on the smallest machine */
const lanes = 2

/** Runs a child until it has told of something, kills it so many ms later, and gives all that it told. */
async function killed(program: string, directory: string, delay: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--no-warnings', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    if (told === '') setTimeout(() => child.kill('SIGKILL'), delay)
    told += text
  })
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  assert.equal(signal, 'SIGKILL', 'it ended by itself')
  // a line that was cut off was not told
  return told
    .slice(0, told.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
}

/** `<epoch>-<seq> <text>` of all entries from a seq on. */
async function readFrom(directory: string, seq: number): Promise<string[]> {
  const found: string[] = []
  for await (const reading of readJournal(systemDisk, directory, seq)) {
    assert.equal(reading.kind, 'batch', JSON.stringify(reading))
    if (reading.kind !== 'batch') continue
    for (const item of reading.items)
      if (isEntry(item) && item.seq >= seq) found.push(`${item.epoch}-${item.seq} ${item.text}`)
  }
  return found
}

const seqOf = (line: string) => Number(/^[a-z0-9]{8}-(\d+) /.exec(line)![1])

async function lane(program: string, directory: string, rounds: number, random: Random): Promise<number> {
  let next = 1
  for (let round = 0; round < rounds; round++) {
    const told = await killed(program, directory, random() * 40)
    const found = await readFrom(directory, next)
    assert.deepEqual(
      found.map(seqOf),
      found.map((_, index) => next + index),
      'seqs have no gap',
    )
    // the child's start may have kept entries of the one before that were never told
    const start = found.indexOf(told[0]!)
    assert.ok(start >= 0, `round ${round}: ${told[0]}`)
    assert.deepEqual(found.slice(start, start + told.length), told, `round ${round}`)
    next = seqOf(told.at(-1)!) + 1
  }
  return next - 1
}

describe('journal: a process that is killed', () => {
  let folder: string
  let program: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-kill-'))
    program = join(folder, 'child.mjs')
    // in one file it starts in a third of the time
    buildSync({
      entryPoints: [join(import.meta.dirname, '../support/logging-child.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    })
    // the journal looks there for its version
    copyFileSync(join(packageRoot, 'package.json'), join(folder, 'package.json'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it(
    `loses nothing that it told to be durable, ${kills} times`,
    seeded(async function (randomFor) {
      this.timeout(300_000)
      const work = Array.from({ length: lanes }, async (_, index) => {
        const directory = join(folder, `journal${index}`)
        const told = await lane(program, directory, kills / lanes, randomFor(index))
        // in the end the journal is whole by its description, too
        const journal = new Journal({ directory, reserve: 0 })
        const { lastSeq } = await journal.start()
        await journal.stop()
        const { entries } = readByDescription(directory)
        assert.ok(lastSeq >= told)
        assert.equal(entries.length, lastSeq)
        assert.equal(new Set(entries.map(({ bytes }) => bytes.toString())).size, lastSeq, 'each once')
      })
      await Promise.all(work)
    }),
  )
})
