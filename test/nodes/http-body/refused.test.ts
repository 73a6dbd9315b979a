// Requests that nobody should send: each is refused with its own status and a reason, none by a 500, and nothing of them is
// stored.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { energyLine, energyObject } from '../../support/http/energy-requests.ts'
import {
  type EnergyRuntime,
  endEnergyRuntime,
  entriesIn,
  startEnergyRuntime,
} from '../../support/http/energy-runtime.ts'
import { type SendOptions, type Sent, sendRequest } from '../../support/http/send.ts'

const limit = 1 << 20
const token = 'a-long-secret'

interface Refused extends SendOptions {
  path?: string
  status: number
  /** of the answer */
  says?: Record<string, unknown>
  answer?: (sent: Sent) => void
}

const text = (body: string | Uint8Array, more: Record<string, string> = {}): SendOptions => ({
  headers: { 'content-type': 'text/plain', ...more },
  body,
})
const json = (body: string | Uint8Array, more: Record<string, string> = {}): SendOptions => ({
  headers: { 'content-type': 'application/json', ...more },
  body,
})
const object = JSON.stringify(energyObject)
const withPower = (value: unknown) =>
  JSON.stringify({ ...energyObject, Power: { Active: value, Reactive: 1, Appearent: 2 } })
const fields = 'Unabled to extract all fields from the given data.'
const noJson = 'Failed to decode json payload.'

const cases: Record<string, Refused> = {
  'one byte over the limit': { ...text('x'.repeat(limit + 1)), status: 413 },
  'one byte over the limit, in chunks': { ...text('x'.repeat(limit + 1)), chunked: true, status: 413 },
  'far over the limit': { ...text(Buffer.alloc(4 * limit)), chunked: true, status: 413 },
  'gzip of one byte over the limit': {
    ...text(gzipSync('x'.repeat(limit + 1)), { 'content-encoding': 'gzip' }),
    status: 413,
  },
  'deflate of one byte over the limit': {
    ...text(deflateSync('x'.repeat(limit + 1)), { 'content-encoding': 'deflate' }),
    status: 413,
  },
  'br of a hundred megabytes': {
    ...text(brotliCompressSync(Buffer.alloc(100 * limit)), { 'content-encoding': 'br' }),
    status: 413,
  },
  'gzip that is none': { ...text(energyLine, { 'content-encoding': 'gzip' }), status: 400 },
  'gzip without its end': {
    ...text(gzipSync(energyLine).subarray(0, -9), { 'content-encoding': 'gzip' }),
    status: 400,
  },
  'br that is none': { ...text(energyLine, { 'content-encoding': 'br' }), status: 400 },
  'an unknown coding': {
    ...text(energyLine, { 'content-encoding': 'zstd' }),
    status: 415,
    says: { error: 'Unable to decode content-encoding "zstd".' },
  },
  'two codings': { ...text(energyLine, { 'content-encoding': 'gzip, br' }), status: 415 },
  'a picture': { headers: { 'content-type': 'image/png' }, body: 'x', status: 415 },
  'a form': { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--', status: 415 },
  'a Content-Type that is none': { headers: { 'content-type': ';;;' }, body: 'x', status: 415 },
  'an unknown character set': {
    headers: { 'content-type': 'text/plain; charset=klingon' },
    body: energyLine,
    status: 415,
  },
  'bytes that are not UTF-8': {
    ...text(Buffer.from([0x44, 0xff, 0xfe])),
    status: 400,
    says: { error: 'The body cannot be read.', reason: 'found bytes that are not utf-8, expected text' },
  },
  'half a character of UTF-16': {
    headers: { 'content-type': 'text/plain; charset=utf-16le' },
    body: Buffer.from([0x44, 0x00, 0x45]),
    status: 400,
  },
  'deep JSON': {
    ...json('['.repeat(100_000)),
    status: 400,
    says: { error: noJson, reason: 'found more than 100 lists and objects in each other' },
  },
  'deep JSON in an event': {
    ...json(object.replace('{', `{"x":${'['.repeat(101)}${']'.repeat(101)},`)),
    status: 400,
  },
  '__proto__ alone': { ...json('{"__proto__":{"Device":{"ID":1}}}'), status: 400, says: { error: fields } },
  'constructor alone': { ...json('{"constructor":{"prototype":{"x":1}}}'), status: 400 },
  'a number that no double holds': { ...json(withPower(1).replace(':1,', ':1e999,')), status: 400 },
  'a number that is a text': {
    ...json(withPower('abc')),
    status: 400,
    says: { error: fields, field: 'Power.Active', reason: 'found "abc", expected a number' },
  },
  'a number that is a list': { ...json(withPower([1])), status: 400, says: { field: 'Power.Active' } },
  'a date that does not exist': {
    ...json(JSON.stringify({ ...energyObject, 'UTC Time': ['Thu, 31 Feb 2016 16:47:50 GMT'] })),
    status: 400,
    says: { field: 'UTC Time[0]' },
  },
  'lists of unequal length': {
    ...json(JSON.stringify({ ...energyObject, 'FFT Re': [1, 2, 3], 'FFT Img': [1, 2] })),
    status: 400,
    says: { error: fields },
  },
  'JSON in JSON in JSON': { ...json(JSON.stringify(JSON.stringify(object))), status: 400 },
  'a batch with a bad item': {
    ...json(`[${object},${object},{"Device":{"ID":1}},${object}]`),
    status: 400,
    says: { index: 2, field: 'Device.Fw' },
  },
  'a batch with null': { ...json(`[${object},null]`), status: 400, says: { index: 1, error: noJson } },
  'an empty batch': { ...json('[]'), status: 400 },
  'a batch of 1,001': {
    ...json(`[${'{"a":1},'.repeat(1000)}{"a":1}]`),
    status: 413,
    says: { reason: 'found 1001 events, expected 1000 at most: send it in parts' },
  },
  'a text with a bad line': { ...text(`${energyLine}\nrubbish\n`), status: 400, says: { index: 1 } },
  'JSON lines with a broken one': {
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${object}\n{"a":\n`,
    status: 400,
    says: { index: 1, error: noJson },
  },
  'JSON lines without a line': {
    headers: { 'content-type': 'application/x-ndjson' },
    body: '\n\n',
    status: 400,
  },
  'a key of 256 characters': { ...text(energyLine, { 'idempotency-key': 'k'.repeat(256) }), status: 400 },
  'an empty key': { ...text(energyLine, { 'idempotency-key': '""' }), status: 400 },
  'an id that is a list': {
    ...json(JSON.stringify({ ...energyObject, event: { id: [] } })),
    status: 400,
    says: { field: 'event.id' },
  },
  'an id of 256 characters': {
    ...json(JSON.stringify({ ...energyObject, event: { id: 'i'.repeat(256) } })),
    status: 400,
  },
  'no token': {
    ...text(energyLine),
    path: '/guarded',
    status: 401,
    answer: ({ headers }) => assert.equal(headers['www-authenticate'], 'Bearer realm="Fieldlog"'),
  },
  'a wrong token': {
    ...text(energyLine, { authorization: 'Bearer a-long-secreT' }),
    path: '/guarded',
    status: 401,
    answer: ({ headers }) =>
      assert.equal(headers['www-authenticate'], 'Bearer realm="Fieldlog", error="invalid_token"'),
  },
  'the token as a password': {
    ...text(energyLine, { authorization: `Basic ${Buffer.from(`a:${token}`).toString('base64')}` }),
    path: '/guarded',
    status: 401,
  },
  'another method': { method: 'PUT', ...text(energyLine), status: 404 },
  'another path': { ...text(energyLine), path: '/log/stores', status: 404 },
  'a path within it': { ...text(energyLine), path: '/log/store/x', status: 404 },
}

describe('fieldlog-http-body: requests that are refused', function () {
  this.timeout(60_000)
  let energy: EnergyRuntime

  before(async () => {
    energy = await startEnergyRuntime(
      (flow) => {
        const store = flow.find(({ name }) => name === 'store')!
        const guarded = { ...store, id: 'guarded' }
        const urlOf = (path: string, id: string) => ({
          ...flow.find(({ url }) => url === '/log/store')!,
          id: `in-${id}`,
          url: path,
          wires: [[id]],
        })
        flow.push(guarded, urlOf('/guarded', 'guarded'))
        // a body has two seconds, so that the test need not wait for ten
        for (const node of flow) if (node.type === 'fieldlog-http-body') node.bodyTime = '2'
      },
      { guarded: { token } },
    )
  })
  after(() => endEnergyRuntime(energy))

  for (const [name, { path = '/log/store', status, says = {}, answer, ...options }] of Object.entries(
    cases,
  )) {
    it(`${name}: ${status}`, async () => {
      const sent = await sendRequest(`${energy.runtime.url}${path}`, options)
      assert.equal(sent.status, status, sent.text)
      for (const [key, value] of Object.entries(says)) assert.deepEqual(sent.body?.[key], value, sent.text)
      answer?.(sent)
    })
  }

  it('a gzip bomb of 10 GB: 413', async () => {
    const socket = await posting(energy.runtime.url, { 'content-encoding': 'gzip' })
    const answered = firstLine(socket)
    // members one behind the other are one gzip stream
    const member = gzipSync(Buffer.alloc(16 << 20), { level: 9 })
    const size = Buffer.from(`${member.length.toString(16)}\r\n`)
    const chunk = Buffer.concat([size, member, Buffer.from('\r\n')])
    socket.write(Buffer.concat(Array(640).fill(chunk)))
    assert.equal(await answered, 'HTTP/1.1 413 Payload Too Large')
    socket.destroy()
  })

  it('a body that comes too slowly: 408', async () => {
    const socket = await posting(energy.runtime.url)
    socket.write('3\r\nDev\r\n')
    assert.equal(await firstLine(socket), 'HTTP/1.1 408 Request Timeout')
    socket.destroy()
  })

  it('a sender that goes away in the middle of a body: nothing is stored', async () => {
    const socket = await posting(energy.runtime.url)
    socket.write(`${energyLine.length.toString(16)}\r\n${energyLine}\r\n`)
    socket.resume().end()
    await once(socket, 'close')
  })

  it('stored nothing of all that, and still takes what is right, packed and in other characters, too', async () => {
    assert.deepEqual(await entriesIn(energy.journal), [])
    const right: Record<string, SendOptions> = {
      gzip: text(gzipSync(energyLine), { 'content-encoding': 'gzip' }),
      deflate: text(deflateSync(energyLine), { 'content-encoding': 'Deflate' }),
      'deflate without a header': text(deflateRawSync(energyLine), { 'content-encoding': 'deflate' }),
      br: text(brotliCompressSync(energyLine), { 'content-encoding': 'br' }),
      chunks: { ...text(energyLine), chunked: true },
      'latin-1': {
        headers: { 'content-type': 'text/plain; charset="ISO-8859-1"' },
        body: Buffer.from(`${energyLine}; Place: K\xfcche`, 'latin1'),
      },
      'utf-16 with a mark': {
        headers: { 'content-type': 'text/plain; charset=utf-16' },
        body: Buffer.from(`\ufeff${energyLine}`, 'utf16le'),
      },
      'JSON of a vendor': { headers: { 'content-type': 'application/vnd.sensor+json' }, body: object },
      '__proto__ beside what is needed': json(object.replace('{', '{"__proto__":{"polluted":1},')),
    }
    for (const [name, options] of Object.entries(right)) {
      const { status, text: said } = await sendRequest(`${energy.runtime.url}/log/store`, options)
      assert.deepEqual([name, status, said], [name, 200, '{}'])
    }
    const { status } = await sendRequest(`${energy.runtime.url}/Log/Store/`, json(JSON.stringify(object)))
    assert.equal(status, 200)
    const guarded = await sendRequest(
      `${energy.runtime.url}/guarded`,
      text(energyLine, { authorization: `bearer ${token}` }),
    )
    assert.equal(guarded.status, 200)
    const entries = await entriesIn(energy.journal)
    assert.equal(entries.length, 11)
    assert.ok(entries[5]!.text.endsWith('Place: Küche'))
    assert.equal(entries[8]!.text, object.replace('{', '{"__proto__":{"polluted":1},'))
  })
})

/** A POST whose body is still to come, in chunks. */
async function posting(url: string, headers: Record<string, string> = {}): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  const all = { host: 'localhost', 'content-type': 'text/plain', 'transfer-encoding': 'chunked', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST /log/store HTTP/1.1\r\n${lines.join('')}\r\n`)
  return socket
}

async function firstLine(socket: Socket): Promise<string> {
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return answer.toString('latin1').split('\r\n')[0]!
}
