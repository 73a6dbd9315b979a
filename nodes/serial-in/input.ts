// The input of `serial in`: what it is handed goes to the device. It takes no part in the fast path: a message waits for
// a device here, and nothing would be gained.
import type { Node, NodeMessage } from 'node-red'
import { asError } from '../../lib/kit/errors.ts'
import { readOrder } from '../../lib/serial/sending/order.ts'
import type { SendQueue } from '../../lib/serial/sending/send-queue.ts'

/** Sends each message to the device; one that asks for an answer goes on with it, out of the third output. */
export function sendToDevice(node: Node, sending: SendQueue): void {
  node.on('input', (message, send, done) => {
    ask(sending, message, node).then(
      (answered) => {
        if (answered) send([null, null, answered])
        done()
      },
      (error: unknown) => done(asError(error)),
    )
  })
  node.on('close', () => {
    const ended = sending.leave(node)
    // a deploy replaces the catch nodes that watch this one, too, so that their errors may be heard by nobody
    if (ended > 0) node.warn(`serial in: ${leftText(ended)}`)
  })
}

function leftText(count: number): string {
  const messages = count === 1 ? '1 message was' : `${count} messages were`
  return `${messages} not sent, or not answered, before the node was removed or changed: send again what still matters`
}

/** A node that has no port to send to says so on each message. */
export function refuseToSend(node: Node, problem: string): void {
  node.on('input', (_message, _send, done) => done(new Error(`serial in: ${problem}`)))
}

/** The message with the answer in it; undefined where it asks for none. Rejects with a SendError. */
async function ask(sending: SendQueue, message: NodeMessage, node: Node): Promise<NodeMessage | undefined> {
  const answered = await sending.send(readOrder(message), node)
  if (!answered) return undefined
  return Object.assign(message, { payload: answered.line.payload, groups: answered.groups })
}
