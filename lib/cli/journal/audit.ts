import { type Audit, auditJournal } from '../../delivery/progress/audit.ts'
import type { Command, Io } from '../command.ts'
import { count, paint } from '../text.ts'
import { journalDirectory } from './journal-directory.ts'
import { readingAll } from './reading.ts'

/** Stretches of incomplete events that are named. */
const named = 20

export const audit: Command = {
  args: '[DIR]',
  about:
    'Adds up what became of every entry, from the files of a journal and its checkpoint, and says which accounts do\n' +
    'not balance; the status is 1 then.',
  count: { min: 0, max: 1 },

  async run([path], { json }, io) {
    const directory = await journalDirectory(path, io.env)
    const result = await readingAll(io, directory, 'read', (disk) => auditJournal(disk, directory))
    const isBalanced = result.balances.every(({ balanced }) => balanced)
    if (json) await io.out(`${JSON.stringify({ balanced: isBalanced, ...result }, null, 2)}\n`)
    else await io.out(report(result, io))
    return isBalanced ? 0 : 1
  },
}

function report(audit: Audit, io: Io): string {
  const rows: Array<[string, number | undefined, string]> = [
    ['entries', audit.entries, 'logged, each with its seq'],
    [
      'complete',
      audit.complete,
      `the flow is done with them (${count(audit.failed)} with an error of a node)`,
    ],
    [
      'incomplete',
      audit.incomplete,
      'a node still held them at the time limit; fieldlog replay sends them again',
    ],
    [
      'passed',
      audit.passed,
      'damaged when it was their turn; fieldlog replay --damaged sends what can be read again',
    ],
    ['open', audit.open, 'above the checkpoint: under way in the flow, or waiting'],
    ['damaged', audit.damaged, 'cannot be read now; fieldlog verify names the places'],
    ['removed', audit.removed, 'by retention'],
    ['dropped', audit.dropped, 'never logged: the disk did not take them and memory was full'],
    ['salvaged', audit.salvaged, 'kept, though a crash had left them open'],
    ['starts', audit.opens, 'of a writer'],
  ]
  const width = Math.max(...rows.map(([, n]) => count(n ?? 0).length))
  const lines = rows.map(([name, n, text]) => `${name.padEnd(11)}${count(n ?? 0).padStart(width)}  ${text}`)
  if (audit.checkpoint === undefined) lines.push('There is no checkpoint: no flow has read this journal yet.')
  if (audit.incompleteSeqs.length > 0) lines.push(`incomplete: ${seqs(audit.incompleteSeqs)}`)
  for (const { from, to, file, offset } of audit.passedSeqs.slice(0, named)) {
    const where = file === null ? 'no file had them' : `${file} at byte ${offset}`
    lines.push(`passed as damaged: ${seqs([[from, to]])}: ${where}`)
  }
  if (audit.passedSeqs.length > named) lines.push('passed as damaged: …')
  for (const { text, balanced } of audit.balances)
    lines.push(`${balanced ? paint(io, 'green', 'balanced') : paint(io, 'red', 'NOT BALANCED')}: ${text}`)
  return `${lines.join('\n')}\n`
}

function seqs(ranges: Array<[number, number]>): string {
  const texts = ranges.slice(0, named).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`))
  return texts.join(', ') + (ranges.length > named ? ' …' : '')
}
