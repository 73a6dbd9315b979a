import assert from 'node:assert/strict'
import { isJournalStream, LogLines } from '../../../../lib/appliance/service/log-lines.ts'

describe('the lines that the gateway prints', () => {
  function linesOf(isJournal: boolean): { lines: LogLines; out: string[]; err: string[] } {
    const out: string[] = []
    const err: string[] = []
    return {
      lines: new LogLines({ out: (text) => out.push(text), err: (text) => err.push(text) }, isJournal),
      out,
      err,
    }
  }

  it('have their level in front where the journal of systemd reads them, each line of several', () => {
    const { lines, out, err } = linesOf(true)
    lines.print('info', 'runs')
    lines.print('error', 'failed\n  at once')
    lines.nodeRed({ level: 30, msg: 'slow disk', type: 'fieldlog-log', name: '', id: 'a1' })
    lines.nodeRed({ level: 50, msg: { message: 'detail' } })
    assert.deepEqual(out, ['<6>runs\n', '<7>detail\n'])
    assert.deepEqual(err, ['<3>failed\n<3>  at once\n', '<4>[fieldlog-log:a1] slow disk\n'])
  })

  it('are plain elsewhere', () => {
    const { lines, out, err } = linesOf(false)
    lines.print('info', 'runs')
    lines.print('warning', 'slow')
    assert.deepEqual([out, err], [['runs\n'], ['slow\n']])
  })

  it('go to the journal where the stream is the one that systemd has named', () => {
    assert.ok(isJournalStream('9:4711', { dev: 9, ino: 4711 }))
    assert.ok(!isJournalStream('9:4711', { dev: 9, ino: 4712 }))
    assert.ok(!isJournalStream(undefined, { dev: 9, ino: 4711 }))
  })
})
