import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createGuardedServer, type Guard } from '../../../lib/appliance/guarded-server.ts'

const denial = { status: 403 as const, text: 'no entry' }

async function listening(guard: Guard) {
  const server = createGuardedServer((_, response) => response.end('inside'), guard)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

async function answer(port: number, headers: Record<string, string> = {}): Promise<[number, string]> {
  const sent = request({ port, host: '127.0.0.1', headers: { connection: 'close', ...headers } }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return [response.statusCode ?? 0, await text(response)]
}

const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }

describe('guarded server', () => {
  it('stands before listeners that were put in front of the first one', async () => {
    let asked = 0
    const { server, port } = await listening((request) => {
      asked++
      return request.headers['x-key'] ? undefined : denial
    })
    server.removeAllListeners('request')
    server.on('request', (_, response) => response.end('a socket server'))
    assert.deepEqual(await answer(port), [403, 'no entry'])
    assert.deepEqual(await answer(port, { 'x-key': '1' }), [200, 'a socket server'])
    assert.equal(asked, 2)
    server.close()
  })

  it('answers a denied upgrade with a whole HTTP response, and lets the others pass', async () => {
    const { server, port } = await listening((request, isUpgrade) => {
      assert.equal(isUpgrade, true)
      return request.headers['x-key']
        ? undefined
        : { status: 401, text: 'log in', headers: { 'www-authenticate': 'Basic' } }
    })
    let upgrades = 0
    server.on('upgrade', (_, socket) => {
      upgrades++
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    })
    assert.deepEqual(await answer(port, upgrade), [401, 'log in'])
    assert.equal(upgrades, 0)
    const sent = request({ port, host: '127.0.0.1', headers: { ...upgrade, 'x-key': '1' } }).end()
    const [response] = (await once(sent, 'upgrade')) as [IncomingMessage]
    assert.equal(response.statusCode, 101)
    assert.equal(upgrades, 1)
    server.close()
  })

  it('waits for a guard that takes its time, and lets nobody in when it fails', async () => {
    const { server, port } = await listening(async (request) => {
      if (request.headers['x-fail']) throw new Error('guard is broken')
      return request.headers['x-key'] ? undefined : denial
    })
    assert.deepEqual(await answer(port), [403, 'no entry'])
    assert.deepEqual(await answer(port, { 'x-key': '1' }), [200, 'inside'])
    await assert.rejects(answer(port, { 'x-fail': '1' }), /socket hang up/)
    server.close()
  })
})
