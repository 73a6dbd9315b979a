import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import type { EventMessage, FieldlogEvent } from '../../lib/event.ts'
import { eventProblem } from '../../lib/event-problem.ts'
import type { StoreState } from '../../lib/history/model/store-state.ts'
import { HistoryStore } from '../../lib/history/store/history-store.ts'
import { storeJournal } from '../../lib/history/store/store-journal.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import { journalBefore, upstreamOf } from '../clean/upstream.ts'
import { onInput } from '../journal/direct.ts'
import { onFlows } from '../shared/flows.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { rebuildRequest, serveRebuild } from './endpoints.ts'
import { type StoreOptions, storeOptions } from './options.ts'
import { addStore, type CommittedListener, stores } from './registry.ts'
import { storeStatus } from './status.ts'

const noJournal = 'it must stand behind exactly one log node: wire it there'

export default function (RED: NodeAPI): void {
  serveRebuild(RED)
  RED.nodes.registerType('fieldlog-store', function (this: Node, saved: StoreOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const warn = (problem: string) => this.warn(`store: ${problem}`)
    const settings = readOptionsOrDefaults(storeOptions, migrate('fieldlog-store', saved), warn)
    const { keepRaw, keepMinutes, keepQuarters, keepSize } = settings
    const keep = { raw: keepRaw, minutes: keepMinutes, quarters: keepQuarters, bytes: keepSize * 1e6 }
    const listeners = new Set<CommittedListener>()
    let running: Running | undefined
    let disabled = noJournal
    let leave = () => {}
    let units: Units = new Map()
    let closed = false
    /** the flows have started: what stands before it is known */
    let hasBegun = false
    /** it is on its way to another journal */
    let changing: Promise<void> | undefined

    const stateNow = () => running?.store.state ?? disabledState(disabled)
    const words = statusWords(RED, 'fieldlog-store')
    const status = showStatus(this, () =>
      hasBegun ? storeStatus(running || disabled !== noJournal ? stateNow() : undefined, words) : {},
    )

    const open = (place: JournalPlace): Running => {
      const { service, directory } = place
      const path = pathOf(settings.file, directory, RED.settings.userDir)
      const other = stores().find((store) => store.path === path && store.id !== this.id)
      if (other)
        throw new Error(`${path} is the file of another store node already (${other.name || other.id})`)
      const words = (type: string, field: string) => units.get(`${type}\n${field}`) ?? {}
      const store = new HistoryStore({ path, keep, id: this.id, words }, storeJournal(service, directory), {
        warn: (message) => this.warn(message),
        changed: status.changed,
        committed(events) {
          for (const listener of listeners) listener(events)
        },
      })
      leave = addStore({
        id: this.id,
        name: this.name ?? '',
        path,
        get state() {
          return store.state
        },
        subscribe(listener) {
          listeners.add(listener)
          return () => {
            listeners.delete(listener)
          }
        },
        rebuild: (request) => store.rebuild(request),
      })
      return { store, place }
    }

    const close = async () => {
      leave()
      const { store } = running ?? {}
      running = undefined
      await store?.close()
    }

    const openFor = (place: JournalPlace | undefined) => {
      disabled = noJournal
      try {
        running = place && open(place)
        running?.store.start()
      } catch (error) {
        disabled = asError(error).message
        this.error(`store: ${disabled}`)
      }
      status.changed()
    }

    // A deploy may change what stands before this node without making it anew.
    const begin = () => {
      hasBegun = true
      const before = units
      units = unitsOf(RED, this.id)
      if (!isDeepStrictEqual(units, before)) running?.store.wordsChanged()
      // it takes what stands before it then
      if (changing) return
      const place = placeBefore(RED, this.id)
      if (running && place?.service === running.place.service) return
      if (!running) openFor(place)
      else
        changing = close().then(() => {
          changing = undefined
          if (!closed) openFor(placeBefore(RED, this.id))
        })
    }
    const forgetFlows = onFlows(RED.events, { started: begin })
    status.changed()

    const handle = (message: EventMessage, done: (error?: Error) => void) => {
      try {
        const { event, payload } = message
        if (closed) {
          // The log node sends again what was in flight when a node closed.
          if (event === undefined) throw new Error('store: no rebuild was started: the node is being closed')
        } else if (event !== undefined) takeEvent(running?.store, event, done)
        else {
          command(running?.store, payload)
          done()
        }
      } catch (error) {
        done(asError(error))
      }
    }
    onInput(
      RED,
      this,
      (message, _reply, done) => {
        const now = () => handle(message as EventMessage, done)
        if (changing) inBackground(changing.then(now))
        else now()
      },
      { readsOnly: true },
    )

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true
      forgetFlows()
      inBackground(Promise.resolve(changing).then(close).finally(done))
    })
  })
}

type JournalPlace = { service: Parameters<typeof storeJournal>[0]; directory: string }

type Units = Map<string, { unit?: string; decimals?: number }>

interface Running {
  store: HistoryStore
  place: JournalPlace
}

function placeBefore(RED: NodeAPI, id: string): JournalPlace | undefined {
  const { service, directory } = journalBefore(RED, id) ?? {}
  return service && directory !== undefined ? { service, directory } : undefined
}

function takeEvent(
  store: HistoryStore | undefined,
  event: FieldlogEvent,
  done: (error?: Error) => void,
): void {
  const problem = eventProblem(event)
  if (problem !== undefined) throw new Error(`store: the event was changed on its way: ${problem}`)
  if (!store) throw new Error(`store: ${noJournal}`)
  store.take(event, done)
}

function command(store: HistoryStore | undefined, payload: unknown): void {
  const { rebuild } = Object(payload) as { rebuild?: unknown }
  if (rebuild === undefined || rebuild === false) {
    throw new Error(
      'store: the message carries no event: wire this node behind a clean or label node. Without an event it takes the payload {"rebuild": true}',
    )
  }
  if (!store) throw new Error(`store: ${noJournal}`)
  const request = rebuild === true ? {} : rebuildRequest(Object(rebuild))
  if (!store.rebuild(request)) throw new Error(`store: no rebuild was started: ${store.state.says}`)
}

/** `store/fieldlog.sqlite` beside the journal's directory, or what the user says. */
function pathOf(file: string, journal: string, userDir = process.cwd()): string {
  return file === '' ? resolve(dirname(journal), 'store', 'fieldlog.sqlite') : resolve(userDir, file)
}

/** What the formats before the node say of their fields, by type and name. */
function unitsOf(RED: NodeAPI, id: string): Units {
  const fields = upstreamOf(RED, id).formats.flatMap((format) =>
    format.fields.map(({ name, unit, decimals }) => ({ place: `${format.type}\n${name}`, unit, decimals })),
  )
  return new Map(
    fields.map(({ place, unit, decimals }) => [
      place,
      { ...(unit !== undefined && { unit }), ...(decimals !== undefined && { decimals }) },
    ]),
  )
}

function disabledState(says: string): StoreState {
  return {
    ...{ state: 'disabled', says, isReadable: false, generation: 0, upTo: 0, last: 0 },
    ...{ done: 1, rate: null, left: null, oldVerdicts: 0, bytes: 0 },
  }
}
