import type { NodeAPI, NodeDef } from 'node-red'
import type { EventMessage } from '../../lib/event.ts'
import { eventProblem } from '../../lib/event-problem.ts'
import { compileFormats, type Formats } from '../../lib/formats/compile.ts'
import { EventMemory } from '../../lib/formats/model/memory.ts'
import { leavesOut } from '../../lib/formats/steps/repeats.ts'
import { asError } from '../../lib/kit/errors.ts'
import { Gate } from '../../lib/kit/gate.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import { formatDefinitions } from '../format/registry.ts'
import { onInput } from '../journal/direct.ts'
import { onFlows } from '../shared/flows.ts'
import { throttle } from '../shared/throttle.ts'
import { readHistory } from './history.ts'
import { cleanMessages } from './messages.ts'
import { type CleanOptions, cleanDefaults, cleanOptions } from './options.ts'
import type { CleanNode } from './upstream.ts'

type Send = (messages: ReturnType<typeof cleanMessages>) => void
type Done = (error?: Error) => void

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-clean', function (this: CleanNode, saved: CleanOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-clean', saved)
    const { match } = readOptionsOrDefaults(cleanOptions, config, (problem) => this.warn(`clean: ${problem}`))
    this.match = match
    const ids = Array.isArray(config.formats) ? config.formats : cleanDefaults.formats
    const count = { clean: 0, rejected: 0, unknown: 0, suppressed: 0 }
    const memory = memoryOf(this.id)
    let usable = 0
    let formats: Formats | undefined
    /** the formats want to know earlier events, of which nothing is known yet */
    let needsHistory = false
    let history: Gate | undefined

    const status = throttle(() => {
      const dropped = count.suppressed > 0 ? ` · repeats ${count.suppressed}` : ''
      const text = `clean ${count.clean} · rejected ${count.rejected} · unknown ${count.unknown}${dropped}`
      if (usable === 0) this.status({ fill: 'yellow', shape: 'ring', text: 'no formats' })
      else if (usable < ids.length)
        this.status({ fill: 'yellow', shape: 'ring', text: `${text} · formats missing` })
      else this.status({ fill: 'green', shape: 'dot', text })
    })

    // A deploy may change the formats without making this node anew.
    const compile = () => {
      const definitions = formatDefinitions(RED, ids)
      usable = definitions.length
      formats = compileFormats(definitions, { match, memory })
      needsHistory = memory.isEmpty && definitions.some(leavesOut)
      status.changed()
      return formats
    }
    const forgetFlows = onFlows(RED.events, { started: compile })

    const take = (msg: EventMessage, send: Send, done: Done) => {
      try {
        const { source, id, seq, received } = msg.event
        const reading = { payload: msg.payload, source, id, seq, received }
        const outcome = (formats ?? compile()).decode(reading)
        count[outcome.kind]++
        status.changed()
        send(cleanMessages(msg, outcome))
      } catch (error) {
        done(asError(error))
        return
      }
      done()
    }

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
      const running = formats ?? compile()
      if (needsHistory) {
        needsHistory = false
        history = new Gate(
          readHistory(RED, this.id, msg.event.seq, running).catch((error: unknown) =>
            this.warn(asError(error).message),
          ),
        )
      }
      if (history === undefined || history.isOpen) take(msg, send, done)
      else history.pass(() => take(msg, send, done))
    })

    this.on('close', (removed: boolean, done: () => void) => {
      if (removed) memories.delete(this.id)
      forgetFlows()
      status.stop()
      done()
    })
  })
}

/** What each node knows of earlier events; it outlives a deploy, after which some of them come again. */
const memories = new Map<string, EventMemory>()

function memoryOf(id: string): EventMemory {
  const memory = memories.get(id) ?? new EventMemory()
  memories.set(id, memory)
  return memory
}
