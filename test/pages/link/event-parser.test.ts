import assert from 'node:assert/strict'
import { EventParser, type ServerEvent } from '../../../pages/link/event-parser.ts'
import { fc } from '../../support/random.ts'

describe('server-sent events', () => {
  const stream =
    ': hello\r\nevent: status\r\ndata: {"a":1}\r\n\r\nevent: ready\ndata:{}\n\nid: 3\ndata: one\ndata:  two\n\n\n'
  const events: ServerEvent[] = [
    { event: 'status', data: '{"a":1}' },
    { event: 'ready', data: '{}' },
    { event: 'message', data: 'one\n two' },
  ]

  it('are read from a stream, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const parser = new EventParser()
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length]
        const pieces = places.slice(1).map((end, index) => stream.slice(places[index], end))
        assert.deepEqual(
          pieces.flatMap((piece) => parser.push(piece)),
          events,
        )
      }),
    )
  })

  it('are not there before their empty line', () => {
    const parser = new EventParser()
    assert.deepEqual(parser.push('event: status\ndata: {}\n'), [])
    assert.deepEqual(parser.push('\n'), [{ event: 'status', data: '{}' }])
  })
})
