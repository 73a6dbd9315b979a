// The worker thread's side: has the files open, and does what it is asked, one request after the other.
import { existsSync } from 'node:fs'
import { asError, errorCode } from '../../kit/errors.ts'
import type { Batch, Shape } from './batch.ts'
import type { Part } from './part.ts'
import type { FileReport, Problem, Report, Request } from './requests.ts'
import { limitsIn, retire } from './retention.ts'
import { RetentionClock } from './retention-clock.ts'
import { RowWriter } from './row-writer.ts'
import { isDamage, moveAside, removeFile, StoreFile, takePlace } from './store-file.ts'

/** Rows of a part that are removed in one transaction. */
const clearStep = 5_000

/** A request that failed; its files are closed. */
export class RequestFailed extends Error {
  readonly code = 'STORE_REQUEST'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

export class StoreThread {
  /** by maker, then by id */
  readonly #shapes = new Map<number, Map<number, Shape>>()
  readonly #now: () => number
  readonly #clock: RetentionClock
  #path = ''
  #file: RowWriter | undefined
  #new: RowWriter | undefined

  /** @param now ms since 1970; @param monotonic ms */
  constructor(now: () => number, monotonic: () => number) {
    this.#now = now
    this.#clock = new RetentionClock(now, monotonic)
  }

  /** Throws `RequestFailed`; the file that failed is closed then, and moved aside where it is damaged. */
  handle(request: Request): Report {
    switch (request.kind) {
      case 'open':
        return this.#operate(() => this.#open(request.path, request.journal))
      case 'refuse': {
        const movedAside = this.#setAside(`${this.#path}: it is of another journal`)
        return { movedAside, ...this.#report() }
      }
      case 'begin':
        return this.#begin(request.journal)
      case 'write':
        return this.#write(request)
      case 'aggregate':
        return this.#aggregate()
      case 'finish':
        return this.#finish(request.upTo)
      case 'abandon':
        this.#new?.file.close()
        this.#new = undefined
        removeFile(newName(this.#path))
        return this.#report()
      case 'seqs': {
        const { from, to, type } = request.part
        return { seqs: this.#file?.seqsOf(from, to, type), ...this.#report() }
      }
      case 'note':
        return this.#note(request.part)
      case 'clear':
        return this.#clear(request.part)
      case 'filled':
        return this.#filled()
      case 'upkeep':
        return this.#upkeep(request)
      case 'close':
        this.#close()
        return this.#report()
    }
  }

  #open(path: string, journal: string | undefined): Report {
    this.#drop()
    this.#path = path
    let movedAside: string | undefined
    // a rebuild that was complete, and killed before it took the name
    const next = this.#openNew()
    this.#new = next
    if (next?.file.number('complete') === 1) {
      next.file.emptyLog()
      this.#new = undefined
      this.#swap(next)
    }
    if (existsSync(path)) {
      try {
        this.#file = opened(path)
        this.#clock.opened(this.#file.file)
        if (journal !== undefined && this.#file.file.get('journal') === '')
          this.#file.file.set('journal', journal)
      } catch (error) {
        if (!isDamage(error)) throw error
        movedAside = this.#setAside(asError(error).message)
      }
    }
    return { ...this.#report(), ...(movedAside !== undefined && { movedAside }) }
  }

  /** That of an interrupted rebuild; one that is damaged goes: it is only begun anew. */
  #openNew(): RowWriter | undefined {
    const path = newName(this.#path)
    if (!existsSync(path)) return undefined
    try {
      return opened(path)
    } catch (error) {
      if (!isDamage(error)) throw error
      removeFile(path)
      return undefined
    }
  }

  #begin(journal: string): Report {
    try {
      const next = this.#new ?? this.#openNew() ?? opened(newName(this.#path))
      this.#new = next
      const { file } = next
      file.transaction(() => {
        file.set('journal', journal)
        file.set('complete', 0)
        next.aggregation.defer()
      })
    } catch (error) {
      throw new RequestFailed(this.#newFailed(error))
    }
    return this.#report()
  }

  #write({ batch, to, upTo, keep }: Request & { kind: 'write' }): Report {
    const shapes = this.#shapesOf(batch)
    const { now } = this.#clock
    const write = (writer: RowWriter, seq: number | undefined) => {
      const oldest = limitsIn(writer, keep, now).raw
      return writer.file.transaction(() => writer.write(batch, { upTo: seq, oldest, shapes }))
    }
    let written = 0
    let newProblem: Problem | undefined
    if (this.#new && to !== 'file') {
      try {
        const rows = write(this.#new, upTo?.new)
        if (!this.#file) written = rows
      } catch (error) {
        newProblem = this.#newFailed(error)
        // it was the only one
        if (!this.#file || to === 'new') throw new RequestFailed(newProblem)
      }
    }
    const file = this.#file
    if (file && to !== 'new') written = this.#operate(() => write(file, upTo?.file))
    if (!file && !this.#new)
      throw new RequestFailed({
        message: `${this.#path}: it is not open`,
        cause: 'NOT_OPEN',
        isDamage: false,
      })
    return { ...this.#report(), written, ...(newProblem && { newProblem }) }
  }

  #shapesOf({ maker, isFresh, shapes }: Batch): ReadonlyMap<number, Shape> {
    let known = this.#shapes.get(maker)
    if (!known || isFresh) {
      known = new Map()
      this.#shapes.set(maker, known)
      for (const writer of [this.#file, this.#new]) writer?.forgetShapes()
    }
    for (const shape of shapes) known.set(shape.id, shape)
    return known
  }

  #aggregate(): Report {
    const next = this.#newFile()
    let more: boolean
    try {
      more = next.file.transaction(() => next.aggregation.makeStep())
    } catch (error) {
      throw new RequestFailed(this.#newFailed(error))
    }
    return { ...this.#report(), more }
  }

  #newFile(): RowWriter {
    if (this.#new) return this.#new
    throw new RequestFailed({
      message: `${this.#path}: there is no new file`,
      cause: 'NOT_OPEN',
      isDamage: false,
    })
  }

  #finish(upTo: number): Report {
    const next = this.#newFile()
    const before = this.#file?.rows ?? 0
    const { rows } = next
    try {
      next.file.transaction(() => {
        next.aggregation.make()
        next.setUpTo(upTo)
      })
      if (!next.isCounted()) throw new Error(`${next.file.path}: its rows are not as many as it has counted`)
      next.file.set('complete', 1)
      next.file.emptyLog()
    } catch (error) {
      throw new RequestFailed(this.#newFailed(error))
    }
    this.#file?.file.close()
    this.#file = undefined
    this.#new = undefined
    this.#swap(next)
    this.#file = this.#operate(() => opened(this.#path, true))
    return { ...this.#report(), ...(rows < before && { fewer: before - rows }) }
  }

  /** Its log must be empty: it would stay behind. */
  #swap(next: RowWriter): void {
    next.file.close()
    takePlace(newName(this.#path), this.#path)
  }

  #note(part: Part): Report {
    const file = this.#file?.file
    if (file) this.#operate(() => file.set('part', JSON.stringify(part)))
    return this.#report()
  }

  #clear(part: Part): Report {
    const file = this.#file
    if (!file) return this.#report()
    const removed = this.#operate(() =>
      file.file.transaction(() => {
        file.file.set('part', JSON.stringify(part))
        return file.remove(part, clearStep)
      }),
    )
    return { ...this.#report(), more: removed === clearStep }
  }

  #filled(): Report {
    const file = this.#file?.file
    if (file) this.#operate(() => file.delete('part'))
    return this.#report()
  }

  #upkeep({ keep, upTo }: Request & { kind: 'upkeep' }): Report {
    const file = this.#file
    if (!file) return this.#report()
    if (!file.file.isInPlace) {
      this.#drop()
      return { ...this.#report(), isGone: true }
    }
    const more = this.#operate(() => {
      if (upTo?.file !== undefined) file.setUpTo(upTo.file)
      if (file.aggregation.isBehind) file.file.transaction(() => file.aggregation.make())
      this.#clock.note(file.file)
      return retire(file, keep, this.#clock.now)
    })
    return { ...this.#report(), more }
  }

  #close(): void {
    const open = [this.#file, this.#new]
    try {
      for (const writer of open) writer?.file.transaction(() => writer.aggregation.make())
    } finally {
      this.#drop()
    }
  }

  /**
   * Does something with the file. After a failure the caches may know what it does not: all is closed, and opened anew by the next
   * `open`.
   */
  #operate<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      this.#drop()
      const movedAside =
        isDamage(error) && existsSync(this.#path) ? moveAside(this.#path, this.#now()) : undefined
      const message = `${this.#path}: ${messageOf(error)}`
      throw new RequestFailed(
        movedAside === undefined
          ? { message, cause: causeOf(error), isDamage: false }
          : { message: `${message}; it is now ${movedAside}`, cause: causeOf(error), isDamage: true },
      )
    }
  }

  #newFailed(error: unknown): Problem {
    const path = newName(this.#path)
    this.#new?.file.close()
    this.#new = undefined
    if (isDamage(error)) removeFile(path)
    return { message: `${path}: ${messageOf(error)}`, cause: causeOf(error), isDamage: false }
  }

  #setAside(reason: string): string {
    this.#file?.file.close()
    this.#file = undefined
    const target = moveAside(this.#path, this.#now())
    return `${reason}; it is now ${target}`
  }

  /** Closes without a word more. */
  #drop(): void {
    for (const writer of [this.#file, this.#new]) writer?.file.close()
    this.#file = undefined
    this.#new = undefined
  }

  #report(): Report {
    return { file: this.#file && reportOf(this.#file), new: this.#new && reportOf(this.#new) }
  }
}

/** @param isSound it was made just now */
function opened(path: string, isSound = false): RowWriter {
  const file = StoreFile.open(path, isSound)
  try {
    return new RowWriter(file)
  } catch (error) {
    file.close()
    throw error
  }
}

/** By SQLite's result code: what a user can do about it. */
const remedies: Record<number, string> = {
  5: 'end the program that writes to it',
  8: 'make it and its folder writable for the gateway',
  13: 'make room on its disk',
  14: 'make its folder writable for the gateway',
}

function messageOf(error: unknown): string {
  const { errcode } = Object(error) as { errcode?: unknown }
  const remedy = typeof errcode === 'number' ? remedies[errcode & 0xff] : undefined
  return remedy === undefined ? asError(error).message : `${asError(error).message}: ${remedy}`
}

function causeOf(error: unknown): string {
  const { errcode } = Object(error) as { errcode?: unknown }
  return String(errcode ?? errorCode(error) ?? 'UNKNOWN')
}

/** Of the file that a rebuild fills. */
function newName(path: string): string {
  return `${path}.new`
}

function reportOf({ file, upTo, rows, oldVerdicts }: RowWriter): FileReport {
  const part = file.get('part')
  return {
    upTo,
    rows,
    oldVerdicts,
    bytes: file.bytes,
    journal: String(file.get('journal') ?? '') || undefined,
    top: file.get('top') as string | undefined,
    part: typeof part === 'string' ? (JSON.parse(part) as Part) : undefined,
  }
}
