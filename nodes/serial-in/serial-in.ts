import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import type { PortLine } from '../../lib/serial/port-line.ts'
import { statusOf } from '../../lib/serial/status.ts'
import { sender } from '../journal/direct.ts'
import { intakeOf } from '../journal/intake.ts'
import type { PortNode } from '../port/registry.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { refuseToSend, sendToDevice } from './input.ts'
import type { SerialInOptions } from './options.ts'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-serial-in', function (this: Node, saved: SerialInOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-serial-in', saved)
    const words = statusWords(RED, 'fieldlog-serial-in')
    const portNode = RED.nodes.getNode(config.port) as PortNode | null
    if (!portNode?.port) {
      showStatus(this, () => red(words('noPort'))).changed()
      this.error('serial in: no port to read from. Choose or add one in the panel.')
      refuseToSend(this, 'there is no port to send to: choose or add one in the panel')
      return
    }
    if (portNode.problem !== undefined) {
      showStatus(this, () => red(words('portWrong'))).changed()
      refuseToSend(this, "the port's settings are wrong: correct them, and send the message again")
      return
    }
    const { port } = portNode
    sendToDevice(this, port.sending)
    const status = showStatus(this, () => statusOf(port, words))
    const send = sender(RED, this)
    const intake = intakeOf(RED, this.id)
    let isWaiting = false
    const wait = async () => {
      isWaiting = true
      status.changed()
      await intake.whenReady()
      isWaiting = false
      port.ready()
      status.changed()
    }
    const unsubscribe = port.subscribe({
      line: (line) => send(message(line)),
      told: (status) => send([null, { ...status }]),
      changed: status.changed,
      canTake() {
        const canTake = intake.canTake()
        if (!canTake && !isWaiting) inBackground(wait())
        return canTake
      },
      logged: () => intake.logged(),
    })

    this.on('close', () => {
      unsubscribe()
      intake.close()
    })
  })
}

function red(text: string): NodeStatus {
  return { fill: 'red', shape: 'ring', text }
}

/** What the log node writes to the journal with a line: the notice of a long one, the mark of a cut one. */
function message({ payload, received, time, source, notice, framed }: PortLine): Record<string, unknown> {
  const msg: Record<string, unknown> = { payload, topic: source, source, received }
  if (time !== undefined) msg.time = time
  if (notice) msg.notice = notice
  if (framed) msg.framed = framed
  return msg
}
