// What reports leave on disk, so that a kill at any moment changes neither their bytes nor their numbers: a journal of reports and their
// outcomes (README.md, "On disk"). One report at a time has no outcome.
import type { DurableEntry } from '../../journal/journal.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import type { QoS } from '../message/outgoing.ts'
import { OutboxStore, type StoreOptions } from '../outbox/outbox-store.ts'

/** `refused`: it is in the dead-letter store with its number. `dropped`: no broker has seen it, its number is free. */
export type Outcome = 'reported' | 'refused' | 'dropped'

/** Counts that hold up to a report. */
export interface Totals {
  /** events */
  reported: number
  lost: number
  /** when counting began, ms since 1970 */
  since: number
}

/** A report as it is published. */
export interface Report {
  seqNo: number
  topic: string
  payload: Buffer
  retain: boolean
  qos: QoS
  expiry: number | undefined
  contentType: string
  /** ids of its events */
  eventIds: readonly string[]
}

export interface StoredReport extends Report {
  /** unique for ever */
  id: string
}

/** What was there at the start. */
export interface Found {
  /** it has no outcome, and is to be published before any other */
  unsettled: StoredReport | undefined
  /** the last report that has an outcome; undefined where there is none */
  lastId: string | undefined
  /** ids of events that were reported, newest last */
  reportedIds: string[]
}

interface ReportRecord extends Totals {
  seqNo: number
  topic: string
  base64: string
  retain: boolean
  qos: QoS
  expiry?: number
  contentType: string
  ids: string[]
}

/** With the number of its report, in case that cannot be read any more. */
interface OutcomeRecord {
  outcome: Outcome
  seqNo: number
}

type StoredRecord = ReportRecord | OutcomeRecord

/** Events that are recognised when they come again: the log's largest window and what it sends again beside that. */
const remembered = 20_000
/** A report counts as so many events at least: small ones are not kept for months. */
const leastWeight = 100
/** of one file, bytes */
const fileSize = 4_000_000

export interface ReportStoreListener {
  /** the disk fails, fails otherwise, or works again (undefined) */
  problem(text: string | undefined): void
}

export class ReportStore {
  readonly #clock: Clock
  readonly #store: OutboxStore
  /** by their seq in the store: who waits until they are durable */
  readonly #waiting = new Map<number, (entry: DurableEntry) => void>()
  /** reports that are still on disk, oldest first: their seq in the store, and what they count as */
  readonly #kept: Array<{ seq: number; weight: number }> = []
  #weight = 0
  #totals: Totals
  #last: Pick<ReportRecord, 'seqNo' | 'ids'> | undefined
  /** of the last report that has an outcome; one that was dropped does not count */
  #seqNo = 0

  constructor(options: StoreOptions, listener: ReportStoreListener) {
    this.#clock = options.clock ?? systemClock
    this.#totals = { reported: 0, lost: 0, since: this.#clock.wall() }
    this.#store = new OutboxStore(
      { fileSize, ...options },
      {
        durable: (entries) => {
          for (const entry of entries) {
            this.#waiting.get(entry.seq)?.(entry)
            this.#waiting.delete(entry.seq)
          }
        },
        problem: (text) => listener.problem(text),
      },
    )
  }

  /** The number of the next report, while none is without an outcome. After 4,294,967,295, the largest that the field holds, numbers begin anew. */
  get nextSeqNo(): number {
    return this.#seqNo >= 0xffff_ffff ? 1 : this.#seqNo + 1
  }

  /** Of the last report that has an outcome; a number that is free again does not count. */
  get seqNo(): number {
    return this.#seqNo
  }

  get totals(): Readonly<Totals> {
    return this.#totals
  }

  /** Takes the directory over; may be called again where it rejects. */
  async open(): Promise<Found> {
    await this.#store.open()
    this.#kept.length = 0
    this.#weight = 0
    const reportedIds: string[] = []
    let unsettled: StoredReport | undefined
    let lastId: string | undefined
    const from = this.#store.acknowledgedSeq + 1
    for await (const entries of this.#store.read(from)) {
      for (const { seq, epoch, text } of entries) {
        if (seq < from) continue
        const record = JSON.parse(text) as StoredRecord
        if ('outcome' in record) {
          if (unsettled?.seqNo !== record.seqNo) {
            // its report is damaged: that must not be numbered again
            if (record.outcome !== 'dropped') this.#seqNo = record.seqNo
            continue
          }
          if (record.outcome === 'reported') reportedIds.push(...unsettled.eventIds)
          this.#count(record.outcome)
          lastId = unsettled.id
          unsettled = undefined
        } else {
          // its outcome is damaged: it had one, or there would be no report behind it
          if (unsettled !== undefined) reportedIds.push(...unsettled.eventIds)
          unsettled = storedReport(record, `${epoch}-${seq}`)
          this.#totals = { reported: record.reported, lost: record.lost, since: record.since }
          this.#begin(seq, record)
        }
      }
    }
    return { unsettled, lastId, reportedIds }
  }

  /** Resolves when the report is durable; undefined where the disk has taken nothing for so long that there is no room. */
  async add(report: Report): Promise<StoredReport | undefined> {
    const { seqNo, topic, payload, retain, qos, expiry, contentType, eventIds } = report
    const record: ReportRecord = {
      ...{ seqNo, topic, base64: payload.toString('base64'), retain, qos },
      ...(expiry !== undefined && { expiry }),
      ...{ contentType, ids: [...eventIds], ...this.#totals },
    }
    const seq = this.#store.append(JSON.stringify(record), undefined)
    if (seq === undefined) return undefined
    const { epoch } = await new Promise<DurableEntry>((resolve) => this.#waiting.set(seq, resolve))
    this.#begin(seq, record)
    return { ...report, id: `${epoch}-${seq}` }
  }

  /** The last report has an outcome. A kill before that is durable sends the report once more. */
  settled(outcome: Outcome): void {
    const record: OutcomeRecord = { outcome, seqNo: this.#last?.seqNo ?? 0 }
    this.#count(outcome)
    this.#store.append(JSON.stringify(record), undefined, true)
    this.#forget()
  }

  /** What was added is on disk when it resolves; rejects where the disk did not take all of it in time. */
  close(): Promise<void> {
    return this.#store.close()
  }

  #begin(seq: number, record: ReportRecord): void {
    this.#last = record
    // also where the reports before it are not on disk any more
    this.#seqNo = record.seqNo - 1
    const weight = Math.max(record.ids.length, leastWeight)
    this.#kept.push({ seq, weight })
    this.#weight += weight
  }

  #count(outcome: Outcome): void {
    if (this.#last === undefined) return
    const { ids, seqNo } = this.#last
    const { reported, lost, since } = this.#totals
    this.#totals =
      outcome === 'reported'
        ? { reported: reported + ids.length, lost, since }
        : { reported, lost: lost + ids.length, since }
    if (outcome !== 'dropped') this.#seqNo = seqNo
  }

  /** What is older than all that may come again need not stay on disk. */
  #forget(): void {
    for (let next = this.#kept[1]; next && this.#weight - this.#kept[0]!.weight >= remembered; ) {
      this.#weight -= this.#kept.shift()!.weight
      const from = this.#store.acknowledgedSeq + 1
      this.#store.acknowledge(from, next.seq - 1)
      next = this.#kept[1]
    }
  }
}

function storedReport(record: ReportRecord, id: string): StoredReport {
  const { seqNo, topic, base64, retain, qos, expiry, contentType, ids } = record
  const payload = Buffer.from(base64, 'base64')
  return { id, seqNo, topic, payload, retain, qos, expiry, contentType, eventIds: ids }
}
