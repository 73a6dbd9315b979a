import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { readBody } from '../../../lib/http/body.ts'
import { Refusal } from '../../../lib/http/refusal.ts'
import { compileRoute } from '../../../lib/http/route.ts'
import { refuseWithoutToken } from '../../../lib/http/token.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const limits = { bytes: 10, time: 1_000 }

describe('http: the body of a request', () => {
  const statusOf = (result: Buffer | Refusal) => (result instanceof Refusal ? result.status : String(result))

  it('has as many bytes as the limit says, and no more', async () => {
    for (const [text, wanted] of [
      ['0123456789', '0123456789'],
      ['0123456789a', 413],
      ['', ''],
    ]) {
      const stream = new PassThrough()
      stream.end(text)
      assert.equal(statusOf(await readBody(stream, {}, limits, new FakeClock())), wanted)
    }
  })

  it('is unpacked to the limit and no further', async () => {
    for (const [size, wanted] of [
      [100, 'x'.repeat(100)],
      [101, 413],
    ] as const) {
      const stream = new PassThrough()
      stream.end(gzipSync('x'.repeat(size)))
      const headers = { 'content-encoding': 'gzip' }
      const read = readBody(stream, headers, { bytes: 100, time: 1_000 }, new FakeClock())
      assert.equal(statusOf(await read), wanted)
    }
  })

  it('must be there in time; what comes later is dropped, and then the connection is cut', async () => {
    const clock = new FakeClock()
    const stream = new PassThrough()
    const read = readBody(stream, {}, limits, clock)
    stream.write('01')
    await clock.advance(999)
    stream.write('23')
    await clock.advance(1)
    assert.equal(statusOf(await read), 408)
    stream.write('x'.repeat(1_000_000))
    assert.equal(stream.destroyed, false)
    await clock.advance(10_000)
    assert.equal(stream.destroyed, true)
  })

  it('that ends before it is whole is refused', async () => {
    const stream = new PassThrough()
    const read = readBody(stream, {}, limits, new FakeClock())
    stream.destroy()
    assert.equal(statusOf(await read), 400)
  })
})

describe('http: the token', () => {
  it('must be the very one', () => {
    for (const given of ['Bearer secret', 'bearer  secret ', 'BEARER secret']) {
      assert.equal(refuseWithoutToken(given, 'secret'), undefined)
    }
    for (const given of [
      undefined,
      '',
      'secret',
      'Bearer',
      'Bearer ',
      'Bearer Secret',
      'Bearer secret2',
      'Basic secret',
    ]) {
      assert.equal(refuseWithoutToken(given, 'secret')?.status, 401, given)
    }
  })
})

describe('http: routes', () => {
  it('take the paths that Express takes', () => {
    const matches = compileRoute('//log/store')!
    for (const path of ['/log/store', '/log/store/', '/LOG/Store', '/log/st%6Fre'])
      assert.ok(matches(path), path)
    for (const path of ['/log', '/log/store/x', '/log/stores', '/log//store', '/%'])
      assert.ok(!matches(path), path)
    assert.ok(compileRoute('/sensor/:id/log')!('/sensor/7/log'))
    assert.ok(!compileRoute('/sensor/:id/log')!('/sensor//log'))
    assert.equal(compileRoute('/log/*'), undefined)
  })
})
