import type { Node, NodeAPI, NodeDef } from 'node-red'
import { migrate } from '../../lib/migrate/migrate.ts'
import type { EventsNode } from '../events/registry.ts'
import { sender } from '../journal/direct.ts'
import { intakeOf } from '../journal/intake.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { durableSoon } from './durable-soon.ts'
import type { EventsInOptions } from './options.ts'
import { statusOf } from './status.ts'

const nodeType = 'fieldlog-events-in'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType(nodeType, function (this: Node, saved: EventsInOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate(nodeType, saved)
    const words = statusWords(RED, nodeType)
    const events = RED.nodes.getNode(config.events) as EventsNode | null
    if (!events?.hub) {
      showStatus(this, () => ({ fill: 'red', shape: 'ring', text: words('noEvents') })).changed()
      this.error('events in: nothing says where events come in. Choose or add it in the panel.')
      return
    }
    if (events.problem !== undefined) {
      showStatus(this, () => ({ fill: 'red', shape: 'ring', text: words('eventsWrong') })).changed()
      return
    }
    const { hub } = events
    const status = showStatus(this, () => statusOf(hub.transports, words))
    const send = sender(RED, this)
    const intake = intakeOf(RED, this.id)
    const soon = durableSoon(() => Promise.all(intake.journals().map((journal) => journal.flush())))
    const unsubscribe = hub.subscribe({
      event: (entry) => {
        send([{ ...entry }, null])
        soon.came()
        status.changed()
      },
      rejected: (reject) => {
        send([null, { topic: 'rejected', payload: { ...reject } }])
        status.changed()
      },
      changed: status.changed,
      canTake: () => intake.canTake(),
      whenReady: () => intake.whenReady(),
    })
    status.changed()

    this.on('close', () => {
      unsubscribe()
      soon.stop()
      intake.close()
    })
  })
}
