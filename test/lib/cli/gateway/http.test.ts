import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AdminApi } from '../../../../lib/cli/gateway/http.ts'

describe('AdminApi', () => {
  let server: Server
  let url: string
  /** what it was asked: method, path, authorization, body */
  let asked: Array<[string, string, string | undefined, unknown]>
  let answers: Record<string, [status: number, body: unknown]>

  beforeEach(async () => {
    asked = []
    answers = {}
    server = createServer(async (request, response) => {
      let body = ''
      for await (const part of request) body += String(part)
      const { method = '', url: path = '', headers } = request
      asked.push([method, path, headers.authorization, body === '' ? undefined : JSON.parse(body)])
      const [status, answer] = answers[path] ?? [404, 'Cannot find it']
      response.writeHead(status, { connection: 'close' })
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/admin`
  })

  afterEach(() => server.close())

  const nobody = { token: undefined, user: undefined, password: undefined }

  it('asks under the path of the URL, and gives the JSON', async () => {
    answers['/admin/fieldlog/journals'] = [200, [{ id: 'j' }]]
    const api = await AdminApi.open(url, nobody)
    assert.deepEqual(await api.ask('GET', 'fieldlog/journals'), [{ id: 'j' }])
    await api.close()
    assert.deepEqual(asked, [['GET', '/admin/fieldlog/journals', undefined, undefined]])
  })

  it('logs in, asks with the token, and gives it back', async () => {
    answers['/admin/auth/token'] = [200, { access_token: 'abc' }]
    answers['/admin/x'] = [200, {}]
    answers['/admin/auth/revoke'] = [200, '']
    const api = await AdminApi.open(url, { token: undefined, user: 'admin', password: 'secret' })
    await api.ask('POST', 'x', { from: 1 })
    await api.close()
    assert.deepEqual(asked, [
      [
        'POST',
        '/admin/auth/token',
        undefined,
        {
          client_id: 'node-red-admin',
          grant_type: 'password',
          scope: '*',
          username: 'admin',
          password: 'secret',
        },
      ],
      ['POST', '/admin/x', 'Bearer abc', { from: 1 }],
      ['POST', '/admin/auth/revoke', 'Bearer abc', { token: 'abc' }],
    ])
  })

  it('takes a token that it is given, and leaves it valid', async () => {
    answers['/admin/x'] = [200, {}]
    const api = await AdminApi.open(url, { ...nobody, token: 'given' })
    await api.ask('GET', 'x')
    await api.close()
    assert.deepEqual(asked, [['GET', '/admin/x', 'Bearer given', undefined]])
  })

  it('says in words why it gets no answer', async () => {
    const api = await AdminApi.open(url, nobody)
    answers['/admin/locked'] = [401, '']
    answers['/admin/wrong'] = [400, { error: 'from is behind to' }]
    const refused: Array<[path: string, message: RegExp]> = [
      ['locked', /wants a login: give --user NAME with the password in FIELDLOG_PASSWORD_FILE, or --token$/],
      ['wrong', /^the gateway refuses: from is behind to$/],
      ['nowhere', /has no nowhere: is it a gateway with a deployed log node\?$/],
    ]
    for (const [path, message] of refused) await assert.rejects(api.ask('GET', path), { message })
    await assert.rejects(AdminApi.open(url, { ...nobody, user: 'admin' }), {
      message: 'the password of admin is not given: set FIELDLOG_PASSWORD_FILE or FIELDLOG_PASSWORD',
    })
    answers['/admin/auth/token'] = [401, '']
    await assert.rejects(AdminApi.open(url, { ...nobody, user: 'admin', password: 'x' }), {
      message: /does not accept the login of admin$/,
    })
    answers['/admin/auth/token'] = [429, 'Too many wrong logins; try again in 4 s.']
    await assert.rejects(AdminApi.open(url, { ...nobody, user: 'admin', password: 'x' }), {
      message: /admin\/ says: Too many wrong logins; try again in 4 s\.$/,
    })
  })

  it('takes a login out of its URL, and never prints any part of one', async () => {
    answers['/admin/auth/token'] = [200, { access_token: 'abc' }]
    const api = await AdminApi.open(url.replace('//', '//ann:p%40ss@'), nobody)
    const [login] = asked as Array<[string, string, string, { username: string; password: string }]>
    assert.deepEqual([login?.[3].username, login?.[3].password], ['ann', 'p@ss'])
    await assert.rejects(api.ask('GET', 'none'), (error: Error) => !/ann|p%40ss|p@ss/.test(error.message))
    const bad = ['ftp://ann:hunter2@x', 'http://ann:12#hunter2@x', 'http://ann:12/hunter2@x', 'hunter2']
    for (const text of bad) {
      await assert.rejects(AdminApi.open(text, nobody), {
        message: /^the value of --url must be .* as %2F, %3F, %23 and %40$/,
      })
    }
  })
})
