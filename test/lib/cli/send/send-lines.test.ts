import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fieldlog, temporaryDirectory } from '../helper.ts'

describe('fieldlog send-lines', function () {
  this.timeout(20_000)
  const folder = temporaryDirectory()
  let server: Server
  let url: string
  let file: string
  /** path, content type, authorization, body */
  let asked: Array<[string, string | undefined, string | undefined, string]>
  let statusOf: (body: string) => number

  beforeEach(async () => {
    asked = []
    statusOf = () => 200
    file = join(folder.path, 'lines.txt')
    server = createServer(async (request, response) => {
      let body = ''
      for await (const part of request) body += String(part)
      asked.push([request.url!, request.headers['content-type'], request.headers.authorization, body])
      response.writeHead(statusOf(body))
      response.end(request.url === '/parse' ? '{"Foo":[1]}\n' : '{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it('sends each line as text with its LF, in order, and counts the answers', async () => {
    await writeFile(file, 'A: 1\r\n\nB: 2\nC: 3')
    const { status, stdout } = await fieldlog(['send-lines', `${url}/store`, file, '--token', 'secret'])
    assert.equal(status, 0)
    assert.match(stdout, /^3 lines sent in [\d.]+ s, [\d,]+ a second\n {2}200: 3\n$/)
    assert.deepEqual(
      asked,
      ['A: 1\n', 'B: 2\n', 'C: 3\n'].map((body) => ['/store', 'text/plain', 'Bearer secret', body]),
    )
  })

  it('sends batches, and JSON as JSON, several at a time', async () => {
    await writeFile(file, 'A: 1\nB: 2\nC: 3\n{"d":4}\n{"e":5}\n{"f":6}\n')
    const args = [`${url}/store`, file, '--batch', '2', '--parallel', '3', '--json']
    const { status, stdout } = await fieldlog(['send-lines', ...args])
    assert.equal(status, 0)
    const { lines, statuses } = JSON.parse(stdout)
    assert.deepEqual([lines, statuses], [6, { 200: 4 }])
    assert.deepEqual(asked.map(([, type, , body]) => [type, body]).toSorted(), [
      ['application/json', '{"f":6}\n'],
      ['application/x-ndjson', '{"d":4}\n{"e":5}\n'],
      ['text/plain', 'A: 1\nB: 2\n'],
      ['text/plain', 'C: 3\n'],
    ])
  })

  it('has lines parsed first, and sends the answer as JSON in a JSON text', async () => {
    await writeFile(file, 'Foo: 1\n')
    assert.equal((await fieldlog(['send-lines', `${url}/store`, file, '--via', `${url}/parse`])).status, 0)
    assert.deepEqual(asked, [
      ['/parse', undefined, undefined, 'Foo: 1\n'],
      ['/store', 'application/json', undefined, '"{\\"Foo\\":[1]}\\n"'],
    ])
  })

  it('ends with 1 where one was refused, and says what the answer was', async () => {
    await writeFile(file, 'A: 1\nbad\nC: 3\n')
    statusOf = (body) => (body === 'bad\n' ? 400 : 200)
    const { status, stdout, stderr } = await fieldlog(['send-lines', `${url}/store`, file])
    assert.equal(status, 1)
    assert.match(stdout, /^2 lines sent .*\n {2}200: 2\n {2}400: 1\n$/)
    assert.match(stderr, /^400 \{\}$/m)
  })

  it('ends with 1 where nobody answers, and with 2 for wrong usage', async () => {
    await writeFile(file, 'A: 1\n')
    const nobody = await fieldlog(['send-lines', 'http://127.0.0.1:1/store', file])
    assert.deepEqual([nobody.status, /ECONNREFUSED: 1/.test(nobody.stdout)], [1, true])
    const missing = await fieldlog(['send-lines', url, join(folder.path, 'none')])
    assert.deepEqual([missing.status, /cannot read/.test(missing.stderr)], [1, true])
    for (const args of [['ftp://x', file], [url, file, '--batch', '0'], [url]]) {
      assert.equal((await fieldlog(['send-lines', ...args])).status, 2, args.join(' '))
    }
  })
})
