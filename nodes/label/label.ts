import type { NodeAPI, NodeDef } from 'node-red'
import type { EventMessage, FieldlogEvent } from '../../lib/event.ts'
import { eventProblem } from '../../lib/event-problem.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import { faultRows } from '../../lib/migrate/label.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import { compilePredicates } from '../../lib/predicates/judge/compile.ts'
import type { LabelResult } from '../../lib/predicates/judge/result.ts'
import { joined } from '../../lib/words/words.ts'
import { upstreamOf } from '../clean/upstream.ts'
import { formatDefinitions } from '../format/registry.ts'
import { onInput } from '../journal/direct.ts'
import { onFlows } from '../shared/flows.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { type LabelOptions, labelDefaults, labelOptions } from './options.ts'
import {
  type Delivery,
  forgetLabelling,
  type LabelCounts,
  type Labelling,
  type LabelNode,
  labellingFor,
  type MakeLabeller,
} from './registry.ts'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-label', function (this: LabelNode, saved: LabelOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-label', saved)
    const settings = readOptionsOrDefaults(labelOptions, config, (problem) => this.warn(`label: ${problem}`))
    const given = faultRows(config.predicates)
    const rows = Array.isArray(given) ? (given as LabelOptions['predicates']) : labelDefaults.predicates
    const count: LabelCounts = {
      since: systemClock.wall(),
      good: 0,
      bad: 0,
      get held() {
        return labelling?.held ?? 0
      },
    }
    this.counts = count
    let labelling: Labelling | undefined
    let leaving: Promise<void> = Promise.resolve()

    const words = statusWords(RED, 'fieldlog-label')
    const status = showStatus(this, () => {
      const broken = labelling?.labeller.problems.length ?? 0
      const { good, bad, held } = count
      const text = joined(
        words('counts', { good, bad }),
        held > 0 && words('held', { count: held }),
        broken > 0 && words('rulesNotUsed', { count: broken }),
      )
      return broken === 0 ? { fill: 'green', shape: 'dot', text } : { fill: 'yellow', shape: 'ring', text }
    })

    const judged = ({ msg, send, done }: Delivery, result: LabelResult) => {
      try {
        const { verdict, reasons, flags, rules, unsure } = result
        // named one by one: a second copy by spreading takes three times as long
        const event: FieldlogEvent = { ...msg.event, verdict, reasons, flags, rules }
        if (unsure !== undefined) event.unsure = unsure
        // what an earlier label node said of its own rules counts no more
        else if (event.unsure !== undefined) delete event.unsure
        msg.event = event
        send(verdict === 'good' ? [msg, null] : [null, msg])
        // what one sink has asked for was counted when it came
        if (event.for === undefined) {
          count[verdict]++
          status.changed()
        }
      } catch (error) {
        done(asError(error))
        return
      }
      done()
    }

    const leave = async (old: Labelling) => {
      try {
        for (const { done } of await old.detach()) done()
      } catch (error) {
        this.error(asError(error).message)
      }
    }

    // A deploy may change the formats, and with them the rules, without making this node anew.
    const compile = () => {
      const { journal, timeLimit = Number.POSITIVE_INFINITY } = upstreamOf(RED, this.id)
      const make: MakeLabeller = (warn, isWhole) =>
        compilePredicates(rows, formatDefinitions(RED, []), settings, { warn, isWhole })
      const next = labellingFor(RED, this.id, make, journal?.directory)
      if (labelling && labelling !== next) leaving = leave(labelling)
      labelling = next
      next.attach({ judged, warn: (text) => this.warn(text), journal })
      for (const { name, text } of next.labeller.problems) {
        this.warn(`label: the rule "${name}" is not used: ${text}. Correct it in the node's panel.`)
      }
      const longest = next.labeller.limit / 1000
      if (longest >= timeLimit) {
        this.warn(
          `label: a rule may hold a reading for ${longest} s, but the log node gives up on it after ${timeLimit} s: ` +
            'raise the time limit there, or lower the limit of the rule.',
        )
      }
      status.changed()
      return next
    }
    const forgetFlows = onFlows(RED.events, { started: compile })

    onInput(RED, this, (message, send, done) => {
      try {
        const msg = message as EventMessage
        ;(labelling ?? compile()).take(cleanEvent(msg), { msg, send, done: (error) => done(error) })
        status.changed()
      } catch (error) {
        done(asError(error))
      }
    })

    this.on('close', (removed: boolean, done: () => void) => {
      forgetFlows()
      const last = labelling
      if (last) leaving = Promise.all([leaving, leave(last)]).then(() => undefined)
      inBackground(
        leaving.then(() => {
          if (removed) forgetLabelling(RED, this.id)
          done()
        }),
      )
    })
  })
}

function cleanEvent({ event }: EventMessage): FieldlogEvent {
  if (typeof event?.id !== 'string' || typeof event.data !== 'object' || event.data === null) {
    throw new Error('label: the message carries no clean event: wire this node behind a clean node')
  }
  const problem = eventProblem(event)
  if (problem === undefined) return event
  throw new Error(`label: the event was changed on its way: ${problem}`)
}
