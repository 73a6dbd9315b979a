import type { Node, NodeAPI, NodeDef } from 'node-red'
import type { EventMessage } from '../../lib/event.ts'
import { eventProblem } from '../../lib/event-problem.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import type { LiveTiming, LiveTimingSettings } from '../../lib/timing/live-timing.ts'
import { type SpanEvent, spanType } from '../../lib/timing/span.ts'
import { StepWords, soundRows } from '../../lib/timing/words.ts'
import { upstreamOf } from '../clean/upstream.ts'
import { onInput, sender } from '../journal/direct.ts'
import { onFlows } from '../shared/flows.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { type TimingOptions, timingDefaults, timingOptions } from './options.ts'
import { forgetTiming, timingFor } from './registry.ts'

const statisticsTopic = 'statistics'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-timing', function (this: Node, saved: TimingOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const settings = settingsOf(migrate('fieldlog-timing', saved), (problem) =>
      this.warn(`timing: ${problem}`),
    )
    const send = sender(RED, this)
    let timing: LiveTiming | undefined
    let leaving: Promise<void> = Promise.resolve()

    const words = statusWords(RED, 'fieldlog-timing')
    const status = showStatus(this, () => {
      const { open = 0, spans = 0 } = timing ?? {}
      return { fill: 'green', shape: 'dot', text: words('counts', { spans, open }) }
    })

    // A deploy may change what stands before this node without making it anew.
    const begin = () => {
      const { journal } = upstreamOf(RED, this.id)
      const next = timingFor(RED, this.id, settings, journal?.directory)
      if (timing && timing !== next) leaving = Promise.all([leaving, timing.detach()]).then(() => undefined)
      timing = next
      next.attach(
        {
          span: (event) => send([spanMessage(event), null]),
          statistics: (payload, counts) => send([null, { topic: statisticsTopic, payload, counts }]),
          warn: (text) => this.warn(`timing: ${text}`),
          changed: status.changed,
        },
        journal,
      )
      status.changed()
      return next
    }
    const forgetFlows = onFlows(RED.events, { started: begin })

    onInput(RED, this, (message, reply, done) => {
      const msg = message as EventMessage
      try {
        const running = timing ?? begin()
        if (msg.event === undefined && msg.topic === statisticsTopic) {
          reply([null, { ...msg, payload: running.statistics(), counts: running.counts }])
          done()
          return
        }
        const span = (event: SpanEvent) => reply([{ ...spanMessage(event), _msgid: msg._msgid }, null])
        running.take(cleanEvent(msg), { span, done })
      } catch (error) {
        done(asError(error))
      }
    })

    this.on('close', (removed: boolean, done: () => void) => {
      forgetFlows()
      inBackground(
        Promise.all([leaving, timing?.detach()]).then(() => {
          if (removed) forgetTiming(RED, this.id)
          done()
        }),
      )
    })
  })
}

function settingsOf(config: TimingOptions, warn: (problem: string) => void): LiveTimingSettings {
  const { hold, bySubject } = readOptionsOrDefaults(timingOptions, config, warn)
  const { rows, problems } = soundRows(config.categories ?? timingDefaults.categories)
  for (const { text } of problems) warn(`the table of categories, ${text} The row is not used.`)
  return { words: new StepWords(rows), hold: hold * 1000, bySubject }
}

/** The message that a span goes on in. */
function spanMessage(event: SpanEvent): { topic: string; payload: unknown; event: SpanEvent } {
  return { topic: `${spanType}/${event.device}`, payload: event.data, event }
}

function cleanEvent({ event }: EventMessage): EventMessage['event'] {
  if (typeof event?.id !== 'string' || typeof event.data !== 'object' || event.data === null) {
    throw new Error(
      'timing: the message carries no clean event: wire this node behind a clean node. ' +
        'Without an event it takes the topic "statistics" (send them).',
    )
  }
  const problem = eventProblem(event)
  if (problem === undefined) return event
  throw new Error(`timing: the event was changed on its way: ${problem}`)
}
