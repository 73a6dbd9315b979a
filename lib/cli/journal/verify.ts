import { readCheckpoint } from '../../delivery/progress/audit.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import type { Finding } from '../../journal/inspect/findings.ts'
import { verifyJournal } from '../../journal/inspect/verify.ts'
import type { Command } from '../command.ts'
import { count, counted, paint, size } from '../text.ts'
import { journalDirectory } from './journal-directory.ts'
import { readingAll } from './reading.ts'

export const verify: Command = {
  args: '[DIR]',
  about:
    'Reads a whole journal, a live one too: checksums, hashes, numbers, archives. Prints the first broken file and\n' +
    'why, and ends with status 1; with status 0 where the journal is whole.',
  options: { all: { type: 'boolean', about: 'print everything that is broken, not only the first' } },
  count: { min: 0, max: 1 },

  async run([path], { all, json }, io) {
    const directory = await journalDirectory(path, io.env)
    const start = performance.now()
    const checkpoint = await readCheckpoint(systemDisk, directory)
    const { problems, notes, ...counts } = await readingAll(io, directory, 'read', (disk) =>
      verifyJournal(disk, directory, { checkpoint: checkpoint?.seq }),
    )
    const seconds = (performance.now() - start) / 1000
    const shown = all ? problems : problems.slice(0, 1)
    const isWhole = problems.length === 0
    if (json) {
      const result = { whole: isWhole, ...counts, seconds, broken: problems.length, problems: shown, notes }
      await io.out(`${JSON.stringify(result, null, 2)}\n`)
      return isWhole ? 0 : 1
    }
    for (const problem of shown) await io.out(`${paint(io, 'red', 'broken')}: ${line(problem)}\n`)
    const rest = problems.length - shown.length
    if (rest > 0) await io.out(`and ${count(rest)} more; --all prints them\n`)
    for (const note of notes) await io.out(`note: ${line(note)}\n`)
    const seqs = counts.entries > 0 ? ` (${count(counts.firstSeq)} to ${count(counts.lastSeq)})` : ''
    const speed = seconds > 1 ? `, ${size(counts.bytes / seconds)}/s` : ''
    await io.out(
      `${isWhole ? paint(io, 'green', 'whole') : paint(io, 'red', 'not whole')}: ${counted(counts.files, 'file')}, ` +
        `${counted(counts.entries, 'entry', 'entries')}${seqs}, ${size(counts.bytes)} of text${speed}\n`,
    )
    return isWhole ? 0 : 1
  },
}

function line({ file, text }: Finding): string {
  return `${file}: ${text}`
}
