// A reader that waits has no file open: what an archiver or a retention removes meanwhile gives its room back at once.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openText } from '../../../../lib/journal/archive/open-text.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { archiveFile } from '../../../../lib/journal/keep/archiver.ts'
import { readCatalog } from '../../../../lib/journal/read/catalog.ts'
import { followJournal } from '../../../../lib/journal/read/follow.ts'
import { type Reading, readJournal } from '../../../../lib/journal/read/reader.ts'
import { buildJournal, inBatches, lines, writeJournal } from '../../../support/build-journal.ts'
import { atOnce } from '../support/archived.ts'

/** Two days; the first one is longer than a reader takes at a time. */
const files = buildJournal([
  { date: '20261119', batches: inBatches(lines('20261119', 30_000), 1000) },
  { date: '20261120', batches: inBatches(lines('20261120', 10), 5) },
])
const [first] = files as [(typeof files)[0]]

describe('journal: files that a reader has open', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-open-'))
    writeJournal(directory, files)
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** Files below the directory that this process has open, removed ones too. */
  function openFiles(): string[] {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const path = readlinkSync(`/proc/self/fd/${fd}`)
        return path.startsWith(directory) ? [path] : []
      } catch {
        // the one that was open to list them
        return []
      }
    })
  }

  async function archiveFirst(): Promise<void> {
    const { files: found } = await readCatalog(systemDisk, directory, openText(systemDisk, directory))
    assert.equal(await archiveFile(systemDisk, directory, found[0]!, first.sha256, atOnce), 'archived')
  }

  async function rest(readings: AsyncIterator<Reading>): Promise<{ seqs: number[]; missing: string[] }> {
    const seqs: number[] = []
    const missing: string[] = []
    for (let next = await readings.next(); !next.done; next = await readings.next()) {
      const reading = next.value
      if (reading.kind === 'damage') missing.push(`${reading.from}-${reading.to} ${reading.reason}`)
      else for (const item of reading.items) if (item.kind !== 'N') seqs.push(item.seq)
    }
    return { seqs, missing }
  }

  it('are none while it waits, and it reads on in the archive that came meanwhile', async () => {
    const readings = readJournal(systemDisk, directory, 1)
    const { value } = await readings.next()
    assert.ok(value?.kind === 'batch')
    assert.deepEqual(openFiles(), [])
    await archiveFirst()
    const { seqs, missing } = await rest(readings)
    assert.deepEqual([value.items.length + seqs.length, missing], [30_010, []])
    assert.deepEqual(openFiles(), [])
  })

  it('are none while it waits, and what was removed meanwhile is reported', async () => {
    const readings = readJournal(systemDisk, directory, 1)
    await readings.next()
    rmSync(join(directory, first.path))
    assert.deepEqual(openFiles(), [])
    const { seqs, missing } = await rest(readings)
    assert.deepEqual(
      seqs.slice(-10),
      [30_001, 30_002, 30_003, 30_004, 30_005, 30_006, 30_007, 30_008, 30_009, 30_010],
    )
    assert.equal(missing.length, 1)
    assert.match(missing[0]!, /^\d+-30000 the file is missing, or its end is$/)
  })

  it('are none while it waits in an archive', async () => {
    await archiveFirst()
    const readings = readJournal(systemDisk, directory, 1)
    await readings.next()
    assert.deepEqual(openFiles(), [])
    rmSync(join(directory, `${first.path}.gz`))
    const { missing } = await rest(readings)
    assert.ok(missing.length <= 1)
    assert.deepEqual(openFiles(), [])
  })

  it('are none when it is given up', async () => {
    const readings = readJournal(systemDisk, directory, 1)
    await readings.next()
    await readings.return(undefined)
    assert.deepEqual(openFiles(), [])
  })

  it('are none of a follower whose caller waits, or that waits itself', async () => {
    const stop = new AbortController()
    const found = followJournal(systemDisk, directory, {}, { signal: stop.signal })
    await found.next()
    assert.deepEqual(openFiles(), [])
    let last = 0
    while (last < 30_010) {
      const { value } = await found.next()
      if (value?.kind === 'entries') last = value.entries.at(-1)!.seq
    }
    const waiting = found.next()
    // three looks at the files
    await new Promise((resolve) => setTimeout(resolve, 800))
    assert.deepEqual(openFiles(), [])
    stop.abort()
    assert.equal((await waiting).done, true)
  })
})
