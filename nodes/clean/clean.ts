import type { NodeAPI, NodeDef } from 'node-red'
import { noNames } from '../../lib/devices/names.ts'
import type { EventMessage } from '../../lib/event.ts'
import { eventProblem } from '../../lib/event-problem.ts'
import type { LineOutcome } from '../../lib/formats/format.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import { readingIn } from '../../lib/labelling/history.ts'
import { isUnsure } from '../../lib/labelling/live-cleaning.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import { deviceNames, takeWatchSeat, type WatchSeat } from '../devices/registry.ts'
import { formatDefinitions, withOwnFormats } from '../format/registry.ts'
import { onInput } from '../journal/direct.ts'
import { onFlows } from '../shared/flows.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { hearDevices } from './heard.ts'
import { forgetRedecoding, redecodingFor, redecodingJournal, serveLoggedLines } from './logged-lines.ts'
import { cleanMessages } from './messages.ts'
import { type CleanOptions, cleanDefaults, cleanOptions } from './options.ts'
import { type Cleaning, cleaningFor, type Delivery, forgetCleaning } from './registry.ts'
import { cleanStatus } from './status.ts'
import { type CleanCounts, type CleanNode, cleaningPlace, journalBefore } from './upstream.ts'

export default function (RED: NodeAPI): void {
  serveLoggedLines(RED)
  RED.nodes.registerType('fieldlog-clean', function (this: CleanNode, saved: CleanOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-clean', saved)
    const { match } = readOptionsOrDefaults(cleanOptions, config, (problem) => this.warn(`clean: ${problem}`))
    this.match = match
    const ids = Array.isArray(config.formats) ? config.formats : cleanDefaults.formats
    const count: CleanCounts = {
      since: systemClock.wall(),
      clean: 0,
      rejected: 0,
      unknown: 0,
      suppressed: 0,
      part: 0,
      unsure: 0,
    }
    this.counts = count
    let usable = 0
    let cleaning: Cleaning | undefined
    let names = noNames
    let seat: WatchSeat | undefined
    let leaving: Promise<void> = Promise.resolve()

    const words = statusWords(RED, 'fieldlog-clean')
    const status = showStatus(this, () =>
      cleanStatus(count, { usable, wanted: ids.length }, words, redecodingFor(RED, this.id).state.running),
    )

    const decoded = ({ msg, send, done }: Delivery, outcome: LineOutcome) => {
      try {
        // what one sink has asked for was counted when it came
        if (msg.event.for === undefined) {
          count[outcome.kind]++
          if (isUnsure(outcome)) count.unsure++
          status.changed()
        }
        if (seat) hearDevices(seat.watch, msg.event, outcome)
        send(cleanMessages(msg, outcome, names))
      } catch (error) {
        done(asError(error))
        return
      }
      done()
    }

    const leave = async (old: Cleaning) => {
      try {
        for (const { done } of await old.detach()) done()
      } catch (error) {
        this.error(asError(error).message)
      }
    }

    const warn = (text: string) => this.warn(text)

    // A deploy may change the formats without making this node anew.
    const compile = () => {
      const definitions = formatDefinitions(RED, ids)
      usable = definitions.length
      const journal = journalBefore(RED, this.id)
      const formats = withOwnFormats(definitions)
      const next = cleaningFor(RED, this.id, formats, match, journal?.directory)
      if (cleaning && cleaning !== next) leaving = leave(cleaning)
      cleaning = next
      names = deviceNames(RED)
      const nextSeat = takeWatchSeat(RED, this, journal)
      const oldSeat = seat
      if (oldSeat && oldSeat.watch !== nextSeat.watch) leaving = leaving.then(() => oldSeat.leave(true))
      seat = nextSeat
      next.attach({ decoded, warn, journal: cleaningPlace(journal) })
      status.changed()
      return next
    }
    const begin = () => {
      compile()
      const set = { formats: withOwnFormats(formatDefinitions(RED, ids)), match }
      const journal = redecodingJournal(journalBefore(RED, this.id))
      redecodingFor(RED, this.id).attach(journal, set, { changed: status.changed, warn })
    }
    const forgetFlows = onFlows(RED.events, { started: begin })

    onInput(RED, this, (message, send, done) => {
      const msg = message as EventMessage
      if (typeof msg.event?.id !== 'string') {
        done(new Error('clean: the message carries no event: wire this node behind a log node'))
        return
      }
      const problem = eventProblem(msg.event)
      if (problem !== undefined) {
        done(new Error(`clean: the event was changed on its way: ${problem}`))
        return
      }
      ;(cleaning ?? compile()).take(readingIn(msg.event, msg.payload), {
        msg,
        send,
        done: (error) => done(error),
      })
    })

    this.on('close', (removed: boolean, done: () => void) => {
      forgetFlows()
      const last = cleaning
      if (last) leaving = Promise.all([leaving, leave(last), seat?.leave(removed)]).then(() => undefined)
      inBackground(
        leaving.then(() => {
          if (removed) {
            forgetCleaning(RED, this.id)
            forgetRedecoding(RED, this.id)
          }
          done()
        }),
      )
    })
  })
}
