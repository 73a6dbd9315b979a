import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createGuardedServer, type Guard } from '../../../../lib/appliance/web/guarded-server.ts'
import { loginOfTokenRequest } from '../../../../lib/appliance/web/token-request.ts'

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
      return request.headers['x-key'] ? 'all' : denial
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
        ? 'all'
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
      return request.headers['x-key'] ? 'all' : denial
    })
    assert.deepEqual(await answer(port), [403, 'no entry'])
    assert.deepEqual(await answer(port, { 'x-key': '1' }), [200, 'inside'])
    await assert.rejects(answer(port, { 'x-fail': '1' }), /socket hang up/)
    server.close()
  })

  it('refuses a target that is not in normal form before anybody is asked', async () => {
    let asked = 0
    const { server, port } = await listening(() => {
      asked++
      return 'all'
    })
    server.on('upgrade', (_, socket) => socket.destroy())
    for (const target of ['/a/../b', '//b', 'http://x/b', '/a%2fb', '/a\\b']) {
      for (const more of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n']) {
        assert.match(await raw(port, `GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`), /^HTTP\/1\.1 400 /)
      }
    }
    assert.equal(asked, 0)
    server.close()
  })

  it('hands to its own listener alone what is for it', async () => {
    const { server, port } = await listening(() => 'own')
    server.removeAllListeners('request')
    server.on('request', (_, response) => response.end('a socket server'))
    assert.deepEqual(await answer(port), [200, 'inside'])
    server.close()
  })

  it('guards requests that expect a continue, and tunnels', async () => {
    const { server, port } = await listening(() => denial)
    for (const event of ['checkContinue', 'checkExpectation', 'connect']) {
      server.on(event, () => assert.fail(`${event} got through`))
    }
    for (const line of ['Expect: 100-continue', 'Expect: something']) {
      assert.match(await raw(port, `GET /x HTTP/1.1\r\nHost: x\r\n${line}\r\n\r\n`), /^HTTP\/1\.1 403 /)
    }
    assert.match(await raw(port, 'CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 403 /)
    assert.match(await raw(port, 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 400 /)
    server.close()
  })

  it('outlives a socket that breaks while the guard makes up its mind', async () => {
    let decide = (_: typeof denial) => {}
    const asked = Promise.withResolvers<IncomingMessage>()
    const { server, port } = await listening((request) => {
      asked.resolve(request)
      return new Promise((resolve) => {
        decide = resolve
      })
    })
    server.on('upgrade', (_, socket) => socket.destroy())
    const client = connect(port, '127.0.0.1')
    client.write('GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    const { socket } = await asked.promise
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.destroy(new Error('connection reset'))
    await closed
    decide(denial)
    client.destroy()
    server.close()
  })

  it('says in every answer what a page may do', async () => {
    const { server, port } = await listening(({ url }) => (url === '/x' ? denial : 'all'))
    for (const [path, policy] of [
      ['/', /^default-src 'self'; script-src 'self' .*; object-src 'none'; .*frame-ancestors 'self'$/],
      ['/dashboard/', /^frame-ancestors 'self'$/],
      ['/x', /^frame-ancestors 'self'$/],
    ] as const) {
      const { headers } = await fetch(`http://127.0.0.1:${port}${path}`)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN')
      assert.equal(headers.get('referrer-policy'), 'same-origin')
      assert.match(headers.get('content-security-policy') ?? '', policy)
    }
    server.closeAllConnections()
    server.close()
  })

  it('finds the login in a request for a token, and leaves the request whole', async () => {
    const logins: unknown[] = []
    const { server, port } = await listening(async (request) => {
      const login = await loginOfTokenRequest(request)
      logins.push('status' in login ? login.status : login)
      return 'status' in login ? login : 'all'
    })
    server.removeAllListeners('request')
    server.on('request', async (request, response) => response.end(await text(request)))
    const post = async (type: string, body: string | ReadableStream) => {
      const headers = { 'content-type': type }
      const options = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
      return (await fetch(`http://127.0.0.1:${port}/auth/token`, options)).text()
    }
    const json = JSON.stringify({ username: 'admin', password: 'pä' })
    assert.equal(await post('application/json', json), json)
    const form = 'client_id=x&username=admin&password=a%26b+c'
    assert.equal(await post('application/x-www-form-urlencoded', form), form)
    await post('application/json', '{"username":["admin"],"password":"x"}')
    await post('application/json', '{')
    await post('application/json', '')
    await post('application/json', ' '.repeat(8193))
    await post('application/json', new Blob([json]).stream())
    const found = [
      { user: 'admin', password: 'pä' },
      { user: 'admin', password: 'a&b c' },
    ]
    assert.deepEqual(logins, [...found, 400, 400, 400, 413, 411])
    server.closeAllConnections()
    server.close()
  })
})

/** The answer to bytes that no client library would send. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(request, 'latin1')
  return text(socket)
}
