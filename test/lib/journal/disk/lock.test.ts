// One writer a journal, on a real disk: the lock is the operating system's, and gone with the process.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { JournalLockedError, takeLock } from '../../../../lib/journal/disk/lock.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { errorCode } from '../../../../lib/kit/errors.ts'

describe('journal: the lock', () => {
  let directory: string
  let child: ChildProcess | undefined
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-lock-'))
  })
  afterEach(async () => {
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    child = undefined
    rmSync(directory, { recursive: true })
  })

  /** A process that holds the journal until it is killed. */
  async function holder(): Promise<ChildProcess> {
    child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/logging-child.ts'), directory, 'hold'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(createInterface({ input: child.stdout! }), 'line')
    return child
  }

  it('refuses a second writer of the same process, until the first has stopped', async () => {
    const first = new Journal({ directory })
    await first.start()
    const second = new Journal({ directory })
    await assert.rejects(second.start(), JournalLockedError)
    await first.stop()
    await second.start()
    await second.stop()
  })

  it('refuses a second process with a message that names the first', async () => {
    const { pid } = await holder()
    const journal = new Journal({ directory })
    await assert.rejects(journal.start(), (error: Error) => {
      assert.ok(error instanceof JournalLockedError)
      assert.equal(errorCode(error), 'JOURNAL_LOCKED')
      assert.match(
        error.message,
        new RegExp(
          `^journal: ${directory} is written by another writer already \\(process ${pid} on \\S+, since [^)]+Z\\); stop that one, or choose another directory$`,
        ),
      )
      return true
    })
    await assert.rejects(journal.start(), JournalLockedError)
    await journal.stop()
  })

  it('is gone with a process that is killed, which leaves its name behind', async () => {
    const first = await holder()
    const journal = new Journal({ directory })
    await assert.rejects(journal.start(), JournalLockedError)
    first.kill('SIGKILL')
    await once(first, 'exit')
    await journal.start()
    await journal.stop()
  })

  it('is taken although nothing can be written about who holds it, as on a full disk', () => {
    mkdirSync(join(directory, '.lock-holder'))
    const lock = takeLock(directory, 0)
    assert.throws(() => takeLock(directory, 0), /another writer already \(it left no name\)/)
    lock.release()
  })

  it('says what is wrong where it cannot be had for another reason', () => {
    assert.throws(
      () => takeLock(join(directory, 'missing'), 0),
      (error: Error) => {
        assert.ok(!(error instanceof JournalLockedError))
        assert.equal(errorCode(error), 'JOURNAL_LOCK_FAILED')
        assert.match(error.message, /^journal: cannot lock .*missing: /)
        return true
      },
    )
  })
})
