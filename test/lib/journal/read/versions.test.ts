// A file of another version of the format is named, never taken for an empty one, and never written behind.
import assert from 'node:assert/strict'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { queryJournal } from '../../../../lib/journal/read/query.ts'
import { checksum } from '../../../../lib/kit/sealed.ts'
import { buildJournal, lines } from '../../../support/build-journal.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { directory, diskWith } from '../support/archived.ts'

const [first, second] = buildJournal([
  { date: '20261120', batches: [lines('20261120', 2)] },
  { date: '20261121', batches: [lines('20261121', 2)] },
]) as [ReturnType<typeof buildJournal>[number], ReturnType<typeof buildJournal>[number]]

/** The second file says version 2, under a checksum that is right unless it is to be damage. */
function journalWith(isDamage: boolean): MemoryDisk {
  const bytes = Buffer.from(second.bytes)
  bytes.write('2', bytes.indexOf(' fieldlog 1 ') + ' fieldlog '.length)
  if (!isDamage) bytes.write(checksum(bytes.subarray(0, -10)), bytes.length - 9)
  return diskWith([first, { ...second, bytes }])
}

const reason =
  'it is written in version 2 of the format, which this version of Fieldlog does not read: use the one that wrote it'

async function found(disk: MemoryDisk): Promise<string[]> {
  const parts: string[] = []
  for await (const part of queryJournal(disk, directory, {})) {
    if (part.kind === 'damage') parts.push(`${part.file}: ${part.reason}`)
    else if (part.kind === 'entries') parts.push(part.entries.map(({ seq }) => seq).join())
  }
  return parts
}

describe('journal: a file of another version', () => {
  it('is named by readers and by verify', async () => {
    const disk = journalWith(false)
    assert.deepEqual(await found(disk), [`${second.path}: ${reason}`, '1,2'])
    const { problems } = await verifyJournal(disk, directory)
    assert.deepEqual(problems, [{ file: second.path, kind: 'unreadable', text: reason }])
  })

  it('is not gone on with by a writer, and stays as it is', async () => {
    const disk = journalWith(false)
    const before = disk.peek(`${directory}/${second.path}`)
    const journal = new Journal({
      directory,
      disk,
      clock: new FakeClock(),
      lock: () => ({ release() {} }),
      reserve: 0,
    })
    await assert.rejects(journal.start(), { code: 'JOURNAL_VERSION' })
    assert.deepEqual(disk.peek(`${directory}/${second.path}`), before)
    await journal.stop()
  })

  it('is not one where a byte of its H is damaged', async () => {
    assert.deepEqual(await found(journalWith(true)), ['1,2'])
  })
})
