// One writer a journal, on a real disk: the lock is the operating system's, gone with the process, and nothing else
// that the process does to the directory drops it.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { JournalLockedError, takeLock } from '../../../../lib/journal/disk/lock.ts'
import { type LockHost, systemLockHost } from '../../../../lib/journal/disk/lock-host.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { errorCode } from '../../../../lib/kit/errors.ts'

describe('journal: the lock', () => {
  let directory: string
  let child: ChildProcess | undefined
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-lock-'))
  })
  afterEach(async () => {
    await killChild()
    child = undefined
    rmSync(directory, { recursive: true })
  })

  async function killChild(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** A process that holds the journal until it is killed. */
  async function holder(task = 'hold'): Promise<ChildProcess> {
    child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/logging-child.ts'), directory, task],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(createInterface({ input: child.stdout! }), 'line')
    return child
  }

  const isLocked = (error: unknown) => error instanceof JournalLockedError

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
    assert.equal(
      (JSON.parse(readFileSync(join(directory, '.lock'), 'utf8')) as { pid: number }).pid,
      first.pid,
    )
    await journal.start()
    await journal.stop()
  })

  it('is kept although the writer reads and closes every file of its directory', async () => {
    await holder('read-all')
    const journal = new Journal({ directory })
    await assert.rejects(journal.start(), JournalLockedError)
    await journal.stop()
  })

  it('is kept when this process reads it', () => {
    const lock = takeLock(directory, 0)
    for (const name of readdirSync(directory)) readFileSync(join(directory, name))
    assert.throws(() => takeLock(directory, 0), isLocked)
    lock.release()
  })

  it('of a directory does not hold its copy, made while it was written', async () => {
    await holder()
    const copy = join(directory, 'copy')
    cpSync(join(directory, '.lock'), join(copy, '.lock'))
    takeLock(copy, 0).release()
    takeLock(copy, 0, withoutLocks).release()
  })

  it('is one file that is empty when nobody holds it', () => {
    const lock = takeLock(directory, 0)
    assert.deepEqual(readdirSync(directory), ['.lock'])
    lock.release()
    assert.equal(statSync(join(directory, '.lock')).size, 0)
  })

  it('is taken although nothing stands in it about who holds it, as on a full disk', () => {
    const lock = takeLock(directory, 0)
    truncateSync(join(directory, '.lock'))
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

  describe('on a file system without locks', () => {
    const owner = () => join(directory, '.lock-owner')

    it('is a file that only one can make, gone at the end', () => {
      const lock = takeLock(directory, 0, withoutLocks)
      assert.throws(
        () => takeLock(directory, 0, withoutLocks),
        new RegExp(`another writer already \\(process ${process.pid} on \\S+, since 1970`),
      )
      assert.deepEqual(readdirSync(directory).sort(), ['.lock', '.lock-owner'])
      lock.release()
      assert.deepEqual(readdirSync(directory), ['.lock'])
      takeLock(directory, 0, withoutLocks).release()
    })

    it('holds against one that can have a lock, and the other way round', async () => {
      const lock = takeLock(directory, 0, withoutLocks)
      assert.throws(() => takeLock(directory, 0), isLocked)
      lock.release()
      await holder()
      assert.throws(() => takeLock(directory, 0, withoutLocks), isLocked)
      await killChild()
      takeLock(directory, 0, withoutLocks).release()
    })

    it('is taken over at once from a process that is gone, though its number is in use again', () => {
      for (const gone of [as({ pid: 4_194_305 }), as({ start: '1' })]) {
        takeLock(directory, 0, gone)
        takeLock(directory, 0, withoutLocks).release()
      }
    })

    it('is taken over after the system was started again', () => {
      takeLock(directory, 0, as({ boot: 'another', pid: 1 }))
      takeLock(directory, 0, withoutLocks).release()
    })

    it('is refused where the other process cannot be seen, with what to do', () => {
      for (const other of [{ boot: 'another', host: 'pi-2' }, { space: 'pid:[1]' }]) {
        takeLock(directory, 0, as(other))
        assert.throws(
          () => takeLock(directory, 0, withoutLocks),
          (error: Error) => {
            assert.ok(error instanceof JournalLockedError)
            assert.match(
              error.message,
              /may be written by another writer \(process \d+ on \S+, since .*\): its file system has no locks, and that process cannot be seen from here; stop it, or remove .*\/\.lock-owner if it is gone$/,
            )
            return true
          },
        )
        rmSync(owner())
      }
    })

    it('is not taken from one that is about to write its name, but from one that never will', () => {
      writeFileSync(owner(), '')
      assert.throws(() => takeLock(directory, Date.now(), withoutLocks), isLocked)
      const minuteAgo = Date.now() / 1000 - 60
      utimesSync(owner(), minuteAgo, minuteAgo)
      takeLock(directory, Date.now(), withoutLocks).release()
    })
  })
})

/** This system, with a file system that has no locks. */
const withoutLocks: LockHost = { ...systemLockHost, flock: () => 'none' }

/** The same, seen by another process. */
function as(other: Partial<ReturnType<LockHost['self']>>): LockHost {
  return { ...withoutLocks, self: () => ({ ...systemLockHost.self(), ...other }) }
}
