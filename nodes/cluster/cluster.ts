import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red'
import type { LiveClustering } from '../../lib/cluster/live-clustering.ts'
import type { EventMessage } from '../../lib/event.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import { upstreamOf } from '../clean/upstream.ts'
import { onInput } from '../journal/direct.ts'
import { onFlows } from '../shared/flows.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { serveClusters } from './endpoints.ts'
import { type ClusterOptions, clusterOptions, clusterSettings } from './options.ts'
import { clusteringFor, forgetClustering } from './registry.ts'
import { clusterStatus } from './status.ts'

const summaryTopic = 'clusters'

export default function (RED: NodeAPI): void {
  serveClusters(RED)
  RED.nodes.registerType('fieldlog-cluster', function (this: Node, saved: ClusterOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-cluster', saved)
    const settings = clusterSettings(
      readOptionsOrDefaults(clusterOptions, config, (problem) => this.warn(`cluster: ${problem}`)),
    )
    const clustering = settings && clusteringFor(RED, this.id, settings)
    let problem: string | undefined
    let isClosed = false

    const words = statusWords(RED, 'fieldlog-cluster')
    const status = showStatus(this, () => clusterStatus(clustering, problem, words) as NodeStatus)

    clustering?.attach({
      finished: (summary) => {
        problem = undefined
        this.send([null, { topic: summaryTopic, payload: summary }])
      },
      warn: (text) => {
        problem = text
        this.warn(`cluster: ${text}`)
      },
      changed: status.changed,
    })
    status.changed()

    /** The last run's summary, of an earlier process too, for nodes that have begun anew. */
    const tellAgain = async ({ loaded }: LiveClustering) => {
      await loaded
      const summary = clustering?.summary
      if (summary && !isClosed) this.send([null, { topic: summaryTopic, payload: summary, restored: true }])
    }
    const forgetFlows = onFlows(RED.events, {
      started: () => {
        if (!clustering) return
        clustering.setUnits(unitsOf(RED, this.id))
        inBackground(tellAgain(clustering))
      },
    })

    onInput(RED, this, (message, send, done) => {
      try {
        const msg = message as EventMessage
        if (isEvent(msg)) send([located(msg, clustering), null])
        else send([null, obeyed(msg, clustering)])
      } catch (error) {
        done(asError(error))
        return
      }
      done()
    })

    this.on('close', (removed: boolean, done: () => void) => {
      isClosed = true
      forgetFlows()
      const left = clustering?.detach() ?? Promise.resolve()
      inBackground(
        left.then(() => {
          if (removed) forgetClustering(RED, this.id)
          done()
        }),
      )
    })
  })
}

/** The message with `event.cluster`, where the last run says something of this event. */
function located(msg: EventMessage, clustering: LiveClustering | undefined): EventMessage {
  const cluster = clustering?.take(msg.event)
  if (cluster) msg.event = { ...msg.event, cluster }
  return msg
}

/** What a message without an event asks for: a run, which is answered later, or the last summary. */
function obeyed(msg: EventMessage, clustering: LiveClustering | undefined): EventMessage | null {
  if (msg.event === undefined && msg.topic === 'summary') {
    msg.payload = clustering?.summary ?? { clusters: [] }
    return msg
  }
  if (msg.event !== undefined || msg.topic !== 'cluster') {
    throw new Error(
      'cluster: the message carries no clean event: wire this node behind a clean node. ' +
        'Without an event it takes the topics "cluster" (start a run) and "summary" (send the last one).',
    )
  }
  if (!clustering) throw new Error('cluster: no fields are given: name them in the panel')
  if (!clustering.run())
    throw new Error('cluster: there is nothing to cluster yet: no event had all the fields')
  return null
}

function isEvent({ event }: EventMessage): boolean {
  if (typeof event?.id !== 'string' || !Number.isSafeInteger(event.seq)) return false
  return typeof event.data === 'object' && event.data !== null
}

/** By field, as the formats before the node declare them; of several the first one holds. */
function unitsOf(RED: NodeAPI, id: string): Map<string, string> {
  const units = new Map<string, string>()
  for (const { fields } of upstreamOf(RED, id).formats) {
    for (const { name, unit } of fields) if (unit !== undefined && !units.has(name)) units.set(name, unit)
  }
  return units
}
