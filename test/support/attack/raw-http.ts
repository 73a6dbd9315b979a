// HTTP to the byte: requests that no client library would send.
import { connect } from 'node:net'

/** Sends bytes, and gives the status of the first answer; 0 where the connection ends without one. */
export function statusOf(url: string, request: string): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    const done = () => {
      socket.destroy()
      resolve(Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0))
    }
    socket.setEncoding('latin1')
    socket.on('data', (part) => {
      answer += part
      if (answer.includes('\r\n')) done()
    })
    socket.on('error', done)
    socket.on('end', done)
    socket.write(request, 'latin1')
  })
}

/** A request with the target just as it is given. */
export function request(target: string, headers: Record<string, string> = {}, method = 'GET'): string {
  const all = { host: 'localhost', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`
}

export const websocket = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}

export function basic(password: string, user = 'admin'): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}
