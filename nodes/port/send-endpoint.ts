// The admin endpoint by which a port's panel sends a line to the device.
import type { NodeAPI } from 'node-red'
import { asError } from '../../lib/kit/errors.ts'
import type { HeardLine } from '../../lib/serial/sending/answer.ts'
import { longestOrder } from '../../lib/serial/sending/order.ts'
import { sendAndHear } from '../../lib/serial/sending/trial.ts'
import { type Request, type Response, refuse } from '../shared/express.ts'
import type { PortNode } from './registry.ts'

/** What the endpoint answers. */
export interface SendReport {
  /** the lines that came in the three seconds after the text was sent; bytes that are no text as `\xNN` */
  lines: string[]
}

/**
 * `POST /fieldlog/ports/<id>/send` (permission `fieldlog.write`) with `{text}` as JSON: sends the text with the port's
 * line end, and answers with a `SendReport` after three seconds. 400 without a text, 404 where there is no such port
 * among the deployed flows, 409 where it was not sent; each with `{error}`, a sentence.
 */
export function serveSending(RED: NodeAPI): void {
  const mayWrite = RED.auth.needsPermission('fieldlog.write')
  RED.httpAdmin.post('/fieldlog/ports/:id/send', mayWrite, (request: Request, response: Response) => {
    const node = portNode(RED, request.params.id ?? '')
    const { text } = (request.body ?? {}) as { text?: unknown }
    if (!node) refuse(response, 404, 'this port is not deployed yet: deploy, then send again')
    else if (typeof text !== 'string' || Buffer.byteLength(text) > longestOrder)
      refuse(response, 400, `give a text of at most ${longestOrder.toLocaleString('en')} bytes to send`)
    else send(node, text, response)
  })
}

function send({ port, problem }: PortNode, text: string, response: Response): void {
  if (problem !== undefined) {
    refuse(response, 409, `the port's settings are wrong: ${problem}. Correct them, deploy, then send again`)
    return
  }
  if (port.state.state !== 'open') {
    refuse(response, 409, `the port is not connected: the status of a serial in node that uses it says why`)
    return
  }
  sendAndHear(port.sending, text).then(
    (lines) => response.json({ lines: lines.map(shown) } satisfies SendReport),
    (error: unknown) => refuse(response, 409, asError(error).message),
  )
}

function portNode(RED: NodeAPI, id: string): PortNode | undefined {
  const node = RED.nodes.getNode(id) as PortNode | null
  return node?.type === 'fieldlog-port' ? node : undefined
}

function shown({ payload }: HeardLine): string {
  if (typeof payload === 'string') return payload
  return [...payload].map(shownByte).join('')
}

function shownByte(byte: number): string {
  if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte)
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
