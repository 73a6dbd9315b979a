// A journal that was cut off at any place: after opening it holds exactly what stood in whole lines.
import assert from 'node:assert/strict'
import { verifyFormat } from '../support/format.ts'
import { directory, type Found } from '../support/machine.ts'
import {
  days,
  filesOf,
  isEntry,
  linesOf,
  machineWith,
  type Sample,
  sampleJournal,
} from '../support/sample.ts'

/** Entries whose line ends in LF before the cut; none of a file whose H does not. */
function wholeEntries(sample: Sample, day: number, cut: number): Found[] {
  let count = 0
  for (let i = 0; i <= day; i++) {
    const bytes = sample.files.get(days[i]!)!
    const size = i < day ? bytes.length : cut
    count += linesOf(bytes).filter(({ end, text }) => end <= size && isEntry(text)).length
  }
  return sample.entries.slice(0, count)
}

async function checkCut(sample: Sample, day: number, cut: number): Promise<void> {
  const where = `${days[day]} cut at ${cut}`
  const bytes = sample.files.get(days[day]!)!
  const kept = [...sample.files].filter(([path]) => path < days[day]!)
  const machine = machineWith([...kept, [days[day]!, bytes.subarray(0, cut)]])
  const process = machine.boot()
  let salvages: unknown[] = []
  await machine.during(process, async () => {
    salvages = (await process.journal.start()).salvages
  })
  const { entries, damage } = await machine.read()
  const expected = wholeEntries(sample, day, cut)
  assert.deepEqual(entries, expected, where)
  assert.deepEqual(damage, [], where)
  assert.equal(process.journal.lastSeq, expected.length, where)
  verifyFormat(machine.disk, where)
  assert.deepEqual(salvages, salvageOf(sample, day, cut), where)
  checkNothingIsLost(machine, days[day]!, bytes.subarray(0, cut), where)
}

/** What a start must say of a cut. */
function salvageOf(sample: Sample, day: number, cut: number): unknown[] {
  const file = days[day]!
  const lines = linesOf(sample.files.get(file)!.subarray(0, cut))
  const whole = lines.filter(({ end, at, text }) => end - at > Buffer.byteLength(text, 'latin1'))
  const torn = `${file}.torn`
  const closed = whole.findLast(({ text }) => text.startsWith('C '))?.end ?? 0
  if (closed === cut && cut > 0) return []
  if (whole.length === 0) return [{ file, offset: 0, entries: 0, tornBytes: cut, torn }]
  const entries = whole.filter(({ at, text }) => at >= closed && isEntry(text)).length
  const tornBytes = cut - whole.at(-1)!.end
  return [{ file, offset: closed, entries, tornBytes, torn: tornBytes > 0 ? torn : null }]
}

/** Every byte that was there is there still: in the file, or beside it. */
function checkNothingIsLost(
  machine: ReturnType<typeof machineWith>,
  path: string,
  cut: Buffer,
  where: string,
) {
  const files = filesOf(machine.disk)
  const torn = files.get(`${path}.torn`) ?? Buffer.alloc(0)
  const kept = cut.subarray(0, cut.length - torn.length)
  assert.deepEqual(cut.subarray(kept.length), torn, `${where}: what was moved aside`)
  if (kept.length > 0)
    assert.ok(files.get(path)?.subarray(0, kept.length).equals(kept), `${where}: what was kept`)
  assert.equal(machine.disk.openFiles, 1, `${where}: only the last file is open`)
  assert.ok(machine.disk.peek(`${directory}/${path}.torn-1`) === undefined, where)
}

describe('journal: cut off', () => {
  it('at every byte of the last file', async () => {
    const sample = await sampleJournal()
    assert.equal(sample.entries.length, 18)
    const size = sample.files.get(days[2])!.length
    for (let cut = 0; cut <= size; cut++) await checkCut(sample, 2, cut)
  })

  it('at every boundary of the files before, with those behind it gone', async () => {
    const sample = await sampleJournal()
    for (const day of [0, 1]) {
      const bytes = sample.files.get(days[day]!)!
      for (const { end } of linesOf(bytes)) await checkCut(sample, day, end)
    }
  })

  it('again at every byte of what the repair of a cut wrote', async () => {
    const sample = await sampleJournal()
    const bytes = sample.files.get(days[2])!
    // in the middle of a line of the second batch
    const cut = linesOf(bytes).filter(({ text }) => isEntry(text))[3]!.at + 7
    const machine = machineWith(
      [...sample.files].map(([path, all]) => [path, path === days[2] ? all.subarray(0, cut) : all]),
    )
    const process = await machine.open()
    await machine.during(process, () => process.journal.stop())
    const repaired = { files: filesOf(machine.disk), entries: sample.entries.slice(0, 15) }
    repaired.files.delete(`${days[2]}.torn`)
    const size = repaired.files.get(days[2])!.length
    for (let again = cut - 7; again <= size; again++) await checkCut(repaired, 2, again)
  })
})
