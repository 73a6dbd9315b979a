import assert from 'node:assert/strict'
import { LiveLines } from '../../../../lib/serial/watch/live-lines.ts'

describe('LiveLines', () => {
  it('are the last 20, each with its number; later ones on request', () => {
    const lines = new LiveLines()
    assert.deepEqual(lines.after(0), [])
    for (let i = 1; i <= 50; i++) lines.push({ payload: `line ${i}`, received: i })
    const shown = lines.after(0)
    assert.equal(shown.length, 20)
    assert.deepEqual(shown[0], { number: 31, received: 31, text: 'line 31', isBinary: false })
    assert.deepEqual(
      lines.after(48).map(({ text }) => text),
      ['line 49', 'line 50'],
    )
    assert.deepEqual(lines.after(50), [])
  })

  it('show bytes in hex, control characters as pictures, and the beginning of what is long', () => {
    const lines = new LiveLines()
    lines.push({ payload: Buffer.from([0, 255, 10]), received: 1, framed: { cut: 'start' } })
    lines.push({ payload: '\x02+21.5 °C\x03\ttab', received: 2 })
    lines.push({ payload: 'ü'.repeat(70_000), received: 3 })
    lines.push({ payload: Buffer.alloc(70_000, 171), received: 4 })
    const shown = lines.after(0)
    assert.deepEqual(shown[0], { number: 1, received: 1, text: '00 ff 0a', isBinary: true, cut: 'start' })
    assert.equal(shown[1]?.text, '␂+21.5 °C␃\ttab')
    assert.equal(shown[2]?.text, `${'ü'.repeat(300)}…`)
    assert.equal(shown[3]?.text, `${Array(100).fill('ab').join(' ')} …`)
  })
})
