// Sends logged lines through the flow again that were logged before a format could take them: what is offered, the run,
// and what is stored of both. README.md says what is promised.
import type { ReplayResult } from '../delivery/send/replay.ts'
import { type Disk, systemDisk } from '../journal/disk/disk.ts'
import { inBackground } from '../kit/background.ts'
import { asError, errorCode, withCode } from '../kit/errors.ts'
import { StateFile } from '../labelling/state-file.ts'
import { type Choice, chooseLines, firstSince } from './choice.ts'
import { DecodedBy, type FormatSet, type StoredDecodedBy } from './decoded-by.ts'

/** The journal of the lines, with its delivery. */
export interface RedecodingJournal {
  directory: string
  disk?: Disk
  /** up to this seq the flow is done with all events; undefined: not known yet */
  checkpoint(): number | undefined
  /** Resolves when it sends events; with false where it is closed before. */
  whenDelivering(): Promise<boolean>
  replay(
    ranges: Iterable<readonly [number, number]>,
    options: { name: string; progressed(next: number): void },
  ): Promise<ReplayResult>
  /** Ends the replay of that name. */
  cancel(name: string): void
}

export interface RedecodingListener {
  changed(): void
  warn(text: string): void
}

/** How many logged lines the formats of today make readings of, where those of then made none. */
export interface Offer extends Omit<Choice, 'lines'> {
  lines: number
  /** a hash of the formats of today: with the same ones nobody need be asked again */
  formats: string
}

/** What the editor is answered: why there is no offer where the journal of the lines is not open. */
export type LoggedLines = Offer | { closed: string }

export interface Progress {
  /** lines that the flow is done with */
  done: number
  /** 0 while they are being chosen */
  total: number
}

export interface RedecodingState {
  running: Progress | undefined
  /** the last run of this process, where it has ended, and not in its first step or by an error */
  last: (Progress & { isStopped: boolean; notTaken: number }) | undefined
}

/** What is stored, so that a restart goes on. */
interface Stored {
  decodedBy: StoredDecodedBy
  job?: Job
}

/** The lines that are still to be decoded again are chosen among these entries. */
interface Job extends Progress {
  from: number
  to: number
}

/** A run of this process. */
interface Run {
  choosing: AbortController
  /** why it ends early: the user's wish, or other formats, with which it begins anew */
  ends?: 'stopped' | 'interrupted'
  ended: Promise<void>
}

/** what the state file has in the place of a hash: its content is of use with any formats */
const anyRules = ''

export class Redecoding {
  readonly #id: string
  #journal: RedecodingJournal | undefined
  #listener: RedecodingListener | undefined
  #decodedBy: DecodedBy | undefined
  #job: Job | undefined
  #run: Run | undefined
  #last: RedecodingState['last']
  /** it waits for the journal to open */
  #isOpening = false
  /** one change of the state after the other */
  #work: Promise<void> = Promise.resolve()
  #saving: Promise<void> = Promise.resolve()
  #isSaveDue = false
  /** of the entry at which the formats changed last */
  #placeId: { seq: number; id: string | undefined } | undefined

  /** @param id names the state's file in the journal's directory, and the replay */
  constructor(id: string) {
    this.#id = id
  }

  get state(): RedecodingState {
    const job = this.#job
    return { running: job && { done: job.done, total: job.total }, last: this.#last }
  }

  /** The flows have started, with these formats. A run that a restart has interrupted goes on. */
  attach(journal: RedecodingJournal | undefined, set: FormatSet, listener: RedecodingListener): void {
    // before anything is sent that these formats decode
    const checkpoint = journal?.checkpoint()
    this.#listener = listener
    this.#do(async () => {
      if (journal?.directory !== this.#journal?.directory) await this.#forget()
      this.#journal = journal
      if (!journal) return
      this.#isOpening = true
      const isOpen = await journal.whenDelivering()
      this.#isOpening = false
      if (isOpen) await this.#use(journal, set, checkpoint ?? journal.checkpoint() ?? 0)
    })
  }

  /** The node is gone for good. What is stored of a run goes on with a node of the same id. */
  detach(): Promise<void> {
    this.#do(() => this.#forget())
    return this.#work
  }

  /**
   * What would be decoded again of the lines that were received from a moment on (ms since 1970). Rejects where there is no
   * journal (code `JOURNAL_NOT_OPEN`), with what the disk says, and with the signal's reason.
   */
  async offer(since: number, signal?: AbortSignal): Promise<Offer> {
    this.#refuseWhileOpening()
    await this.#work
    const [journal, decodedBy] = this.#open()
    const from = await this.#from(journal, since)
    const stretches = from === undefined ? [] : decodedBy.others(from)
    const disk = journal.disk ?? systemDisk
    const { lines, ...counts } = await chooseLines(
      disk,
      journal.directory,
      stretches,
      decodedBy.current,
      signal,
    )
    return { ...counts, lines: lines.countAbove(0), formats: decodedBy.currentHash }
  }

  /** Begins with what `offer` tells of; one that runs goes on. It is noted on disk when this resolves. Rejects as `offer`. */
  async start(since: number): Promise<void> {
    this.#refuseWhileOpening()
    return this.#ask(async () => {
      const [journal, decodedBy] = this.#open()
      if (this.#job) return
      const from = await this.#from(journal, since)
      const last = from === undefined ? undefined : decodedBy.others(from).at(-1)
      if (from === undefined || last === undefined) return
      this.#job = { from, to: last.to, done: 0, total: 0 }
      this.#last = undefined
      await this.#save()
      this.#begin(journal, decodedBy)
    })
  }

  /** Ends the run: what is left is offered again. */
  stop(): Promise<void> {
    return this.#ask(() => this.#end('stopped'))
  }

  async #use(journal: RedecodingJournal, set: FormatSet, checkpoint: number): Promise<void> {
    if (!this.#decodedBy) await this.#load(journal)
    const known = this.#decodedBy
    const decodedBy = known ?? DecodedBy.begun(set)
    this.#decodedBy = decodedBy
    if (known === undefined) await this.#save()
    else if (!known.isCurrent(set)) {
      await this.#end('interrupted')
      known.change(set, checkpoint + 1)
      await this.#save()
    }
    this.#goOn()
  }

  /** Begins what an earlier journal, or an earlier process, has left. */
  #goOn(): void {
    if (this.#job && !this.#run && this.#journal && this.#decodedBy)
      this.#begin(this.#journal, this.#decodedBy)
  }

  #open(): [RedecodingJournal, DecodedBy] {
    if (this.#journal && this.#decodedBy) return [this.#journal, this.#decodedBy]
    throw notOpen()
  }

  /** Who asks must not wait for a disk that may never come. */
  #refuseWhileOpening(): void {
    if (this.#isOpening) throw notOpen()
  }

  async #from(journal: RedecodingJournal, since: number): Promise<number | undefined> {
    return since <= 0 ? 1 : firstSince(journal.disk ?? systemDisk, journal.directory, since)
  }

  #begin(journal: RedecodingJournal, decodedBy: DecodedBy): void {
    const run: Run = { choosing: new AbortController(), ended: Promise.resolve() }
    this.#run = run
    run.ended = this.#send(run, journal, decodedBy, this.#job as Job)
      .catch((error: unknown) => {
        // it goes on when the journal is open again
        if (run.ends || errorCode(error) === 'JOURNAL_NOT_OPEN') return
        this.#job = undefined
        this.#listener?.warn(
          `clean: the logged lines could not be decoded again: ${asError(error).message}; ask for it again in the panel`,
        )
      })
      .then(() => {
        if (run.ends === 'stopped') this.#job = undefined
        if (this.#run === run) this.#run = undefined
        // its journal was closed, and the next one came before it was over
        if (!run.ends && this.#journal !== journal) this.#do(async () => this.#goOn())
        this.#listener?.changed()
        return this.#save()
      })
    this.#listener?.changed()
  }

  async #send(run: Run, journal: RedecodingJournal, decodedBy: DecodedBy, job: Job): Promise<void> {
    const stretches = decodedBy.others(job.from, job.to)
    const disk = journal.disk ?? systemDisk
    const { signal } = run.choosing
    const { lines } = await chooseLines(disk, journal.directory, stretches, decodedBy.current, signal)
    signal.throwIfAborted()
    job.total = job.done + lines.countAbove(0)
    this.#listener?.changed()
    const passed = (next: number) => {
      job.done = job.total - lines.countAbove(next - 1)
      decodedBy.decodedAgain(job.from, next - 1)
      job.from = next
    }
    const { stopped, cancelled, next, incomplete, missing } = await journal.replay(lines, {
      name: this.#id,
      progressed: (next) => {
        passed(next)
        this.#listener?.changed()
        inBackground(this.#save())
      },
    })
    passed(next ?? job.to + 1)
    // it goes on when the journal is open again, or with other formats
    if (stopped || run.ends === 'interrupted') return
    this.#job = undefined
    const { done, total } = job
    this.#last = { done, total, isStopped: cancelled, notTaken: incomplete + missing }
  }

  async #end(why: 'stopped' | 'interrupted'): Promise<void> {
    const run = this.#run
    if (!run) return
    run.ends = why
    run.choosing.abort()
    this.#journal?.cancel(this.#id)
    await run.ended
  }

  async #forget(): Promise<void> {
    await this.#end('interrupted')
    await this.#saving
    this.#decodedBy = undefined
    this.#job = undefined
    this.#placeId = undefined
    this.#journal = undefined
  }

  async #load(journal: RedecodingJournal): Promise<void> {
    const stored = await this.#file(journal).readUsable(anyRules, Number.POSITIVE_INFINITY)
    if (!stored) return
    this.#decodedBy = DecodedBy.restored(stored.memory.decodedBy)
    this.#job = stored.memory.job
  }

  /** Resolves when what is known now is on disk, or could not be written. */
  #save(): Promise<void> {
    if (!this.#isSaveDue) {
      this.#isSaveDue = true
      this.#saving = this.#saving.then(() => {
        this.#isSaveDue = false
        return this.#write()
      })
    }
    return this.#saving
  }

  async #write(): Promise<void> {
    const journal = this.#journal
    const decodedBy = this.#decodedBy
    if (!journal || !decodedBy) return
    const file = this.#file(journal)
    const seq = decodedBy.since - 1
    try {
      if (this.#placeId?.seq !== seq) this.#placeId = { seq, id: seq > 0 ? await file.idOf(seq) : undefined }
      const { id } = this.#placeId
      const stored: Stored = { decodedBy: decodedBy.stored, ...(this.#job && { job: this.#job }) }
      await file.write(
        { rules: anyRules, from: 1, seq, ...(id !== undefined && { id }) },
        JSON.stringify(stored),
      )
    } catch (error) {
      this.#listener?.warn(
        `clean: what was decoded by which formats could not be stored: ${asError(error).message}; ` +
          'after a restart lines may be offered again that were decoded',
      )
    }
  }

  #file({ disk = systemDisk, directory }: RedecodingJournal): StateFile<Stored> {
    return new StateFile(disk, directory, `.decoded-${this.#id}`)
  }

  #do(work: () => Promise<void>): void {
    inBackground(this.#ask(work), (error) => this.#listener?.warn(`clean: ${error.message}`))
  }

  #ask(work: () => Promise<void>): Promise<void> {
    const asked = this.#work.then(work)
    this.#work = asked.catch(() => undefined)
    return asked
  }
}

function notOpen(): Error {
  return withCode(
    'JOURNAL_NOT_OPEN',
    new Error('clean: the journal of its lines is not open: deploy a log node before it'),
  )
}
