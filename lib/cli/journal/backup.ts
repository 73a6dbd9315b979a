import { mkdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { readCheckpoint } from '../../delivery/progress/audit.ts'
import { CheckpointFile } from '../../delivery/progress/checkpoint.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { verifyJournal } from '../../journal/inspect/verify.ts'
import { backupJournal } from '../../journal/keep/backup.ts'
import { type Command, CommandError } from '../command.ts'
import { count, counted, size } from '../text.ts'
import { journalDirectory } from './journal-directory.ts'
import { readingAll } from './reading.ts'

export const backup: Command = {
  args: '[DIR] TARGET',
  about:
    'Copies a journal, a live one too, as it is now to the directory TARGET: a new one, or that of an earlier backup,\n' +
    'of which only what has changed is copied. The copy is verified; the status is 1 where it is not whole.',
  count: { min: 1, max: 2 },

  async run(paths, { json }, io) {
    const to = paths.at(-1) ?? ''
    const directory = await journalDirectory(paths.length > 1 ? paths[0] : undefined, io.env)
    const target = resolve(to)
    const inside = relative(directory, target)
    if (!inside.startsWith('..')) {
      throw new CommandError(`${to} is inside the journal: give a directory outside of it`)
    }
    await mkdir(target, { recursive: true })
    // first the checkpoint: the copy must not lack what it says is done
    const checkpoint = await readCheckpoint(systemDisk, directory)
    const result = await readingAll(io, directory, 'copied', (disk) => backupJournal(disk, directory, target))
    if (checkpoint) {
      const file = new CheckpointFile(systemDisk, join(target, '.checkpoint'))
      await file.read()
      await file.write(checkpoint)
      await file.close()
    }
    const { problems } = await readingAll(io, target, 'verified', (disk) =>
      verifyJournal(disk, target, { checkpoint: checkpoint?.seq }),
    )
    if (json) {
      const summary = { whole: problems.length === 0, ...result, checkpoint: checkpoint?.seq, problems }
      await io.out(`${JSON.stringify(summary, null, 2)}\n`)
    } else {
      const there = [
        ...(result.kept > 0 ? [`${count(result.kept)} were there`] : []),
        ...(result.repaired > 0 ? [`${count(result.repaired)} repaired`] : []),
      ]
      const kept = there.length > 0 ? ` (${there.join(', ')})` : ''
      await io.out(
        `${counted(result.files, 'file')}${kept}, ${size(result.bytes)} copied, up to entry ${count(result.lastSeq)}; ` +
          `${problems.length === 0 ? 'verified: whole' : 'verified: NOT whole'}\n`,
      )
    }
    for (const file of result.spared) {
      io.err(
        `fieldlog backup: ${file}: damaged in the journal; the copy of an earlier backup is whole, and was kept\n`,
      )
    }
    for (const { file, text } of problems) io.err(`fieldlog backup: ${file}: ${text}\n`)
    return problems.length === 0 ? 0 : 1
  },
}
