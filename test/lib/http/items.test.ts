import assert from 'node:assert/strict'
import { readContent } from '../../../lib/http/content.ts'
import { readItems } from '../../../lib/http/items.ts'
import { Refusal } from '../../../lib/http/refusal.ts'
import { fc } from '../../support/random.ts'

function items(kind: 'text' | 'json' | 'json-lines', text: string, most = 3): unknown {
  const found = readItems({ kind, text }, most)
  return found instanceof Refusal ? [found.status, found.body.reason, found.body.index] : found
}

describe('http: the events of a body', () => {
  it('are the lines of a text, without blank ones', () => {
    assert.deepEqual(items('text', 'a: 1\r\n\r\n \nb: 2'), { payloads: ['a: 1', 'b: 2'], isBatch: true })
    assert.deepEqual(items('text', 'a: 1\n'), { payloads: ['a: 1'], isBatch: false })
    assert.deepEqual(items('text', '\n'), [400, 'found no text, expected a line', undefined])
    assert.deepEqual(items('text', 'a\nb\nc\nd'), [
      413,
      'found 4 events, expected 3 at most: send it in parts',
      undefined,
    ])
  })

  it('are an object, or those of a list, also in a JSON text', () => {
    const one = { payloads: [{ a: 1 }], isBatch: false }
    assert.deepEqual(items('json', '{"a":1}'), one)
    assert.deepEqual(items('json', JSON.stringify('{"a":1}\n')), one)
    assert.deepEqual(items('json', '[{"a":1}]'), { ...one, isBatch: true })
    assert.deepEqual(items('json-lines', '{"a":1}\n\n{"a":2}\n'), {
      payloads: [{ a: 1 }, { a: 2 }],
      isBatch: true,
    })
  })

  it('are objects, and nothing else', () => {
    const wrong: Array<[string, string, number | undefined]> = [
      ['null', 'found null, expected an object', undefined],
      ['5', 'found a number, expected an object', undefined],
      ['{}', 'found an empty object, expected an object', undefined],
      ['[{"a":1},[]]', 'found a list, expected an object', 1],
      ['[]', 'found an empty list, expected events', undefined],
      [JSON.stringify('{"a":'), 'Expected', undefined],
    ]
    for (const [text, reason, index] of wrong) {
      const [status, found, at] = items('json', text) as [number, string, number | undefined]
      assert.deepEqual([status, at], [400, index], text)
      assert.ok(found === reason || reason === 'Expected', `${text}: ${found}`)
    }
  })

  it('keep __proto__ as a name of their own', () => {
    const { payloads } = items('json', '{"__proto__":{"polluted":1}}') as { payloads: object[] }
    assert.deepEqual(Object.keys(payloads[0]!), ['__proto__'])
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  })

  it('are what was sent, whatever it is, and never throw', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const found = readItems({ kind: 'json', text }, 1000)
        if (!(found instanceof Refusal) && !found.isBatch)
          assert.ok([text, JSON.parse(text)].some((each) => String(each).length > 0))
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, type) => {
        readContent(bytes, type, 'text')
        readContent(bytes, `text/plain; charset=${type}`, 'refuse')
      }),
    )
  })
})
