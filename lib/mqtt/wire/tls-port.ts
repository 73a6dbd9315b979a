// Whether a port that closes the connection without an answer to MQTT speaks TLS. Most TLS servers say nothing to a client
// that does not begin with a handshake, so the only sign of it is their answer to one. No login is sent.
import { connect } from 'node:tls'
import type { Clock } from '../../kit/clock.ts'
import { errorCode } from '../../kit/errors.ts'

/** ms until a port that does not answer is taken for one without TLS */
const limit = 3_000
const defaultPorts: Record<string, number> = { 'ws:': 80 }

/** Whether the address, whose scheme is one without TLS, belongs to a port that answers a TLS handshake. Never rejects. */
export function speaksTls(url: string, clock: Pick<Clock, 'after'>): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url)
  return new Promise((resolve) => {
    // the certificate does not matter: nothing is sent behind the handshake
    const socket = connect({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port) || (defaultPorts[protocol] ?? 1883),
      rejectUnauthorized: false,
    })
    const stopTimer = clock.after(limit, () => settle(false))
    const settle = (answer: boolean) => {
      stopTimer()
      socket.destroy()
      resolve(answer)
    }
    socket.once('secureConnect', () => settle(true))
    socket.once('close', () => settle(false))
    // an alert is an answer, too: it wants a client certificate, perhaps
    socket.on('error', (error) => settle(errorCode(error)?.includes('_ALERT_') === true))
  })
}
