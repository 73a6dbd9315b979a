import assert from 'node:assert/strict'
import { checksum, RunningChecksum, seal, unseal } from '../../../lib/kit/sealed.ts'

describe('kit: sealed text', () => {
  it('has the same checksum in pieces, and begins anew behind each', () => {
    const running = new RunningChecksum()
    for (const piece of ['1234', '', '56789']) running.add(Buffer.from(piece))
    assert.equal(running.take(), 'cbf43926')
    assert.equal(running.take(), '00000000')
    running.add(Buffer.from('a'))
    assert.equal(running.take(), checksum('a'))
  })

  it('is a line with the CRC-32 in front', () => {
    // the check value of CRC-32, as every description of it has
    assert.equal(checksum('123456789'), 'cbf43926')
    assert.equal(checksum(Buffer.from('123456789')), 'cbf43926')
    assert.equal(seal('123456789'), 'cbf43926 123456789\n')
    assert.equal(checksum(''), '00000000')
  })

  it('is read as it was written', () => {
    for (const text of ['', '{"a":1}', 'ÄÖ € 🐎']) assert.equal(unseal(seal(text)), text)
  })

  it('is not read where any byte was changed, or where it was cut', () => {
    const line = seal('{"seq":12}')
    for (let at = 0; at < line.length; at++) {
      assert.equal(unseal(`${line.slice(0, at)}~${line.slice(at + 1)}`), undefined, `changed at ${at}`)
      assert.equal(unseal(line.slice(0, at)), undefined, `cut at ${at}`)
    }
    assert.equal(unseal(`${line}more`), undefined)
  })
})
