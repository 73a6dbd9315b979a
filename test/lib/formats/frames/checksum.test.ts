import assert from 'node:assert/strict'
import { Checksum } from '../../../../lib/formats/frames/checksum.ts'
import { Frame } from '../../../../lib/formats/frames/frame.ts'
import type { CheckDefinition } from '../../../../lib/formats/model/definition.ts'

/** Undefined where it holds, else the reason. */
function wrong(definition: CheckDefinition, payload: string | Uint8Array): string | undefined {
  const frame = new Frame()
  frame.set(payload)
  return new Checksum(definition).verify(frame)?.reason
}

describe('formats: checking a checksum', () => {
  const nmea: CheckDefinition = { kind: 'xor8', from: '$', to: '*' }

  it('finds an NMEA sentence right or wrong, and says both values', () => {
    assert.equal(wrong(nmea, '$GPGLL,4916.45,N,12311.12,W,225444,A,*1D'), undefined)
    assert.equal(wrong(nmea, '$GPGLL,4916.45,N,12311.12,W,225444,A,*1d\r'), undefined)
    assert.equal(wrong(nmea, '$GPGLL,4916.46,N,12311.12,W,225444,A,*1D'), 'xor8: found 1D, expected 1E')
  })

  it('says what stands in the place of a checksum, and what is missing', () => {
    assert.equal(wrong(nmea, '$GPGLL,A*'), 'xor8: found none, expected 2 hex digits')
    assert.equal(wrong(nmea, '$GPGLL,A*1'), 'xor8: found "1", expected 2 hex digits')
    assert.equal(wrong(nmea, '$GPGLL,A*$G'), 'xor8: found "$G", expected 2 hex digits')
    assert.equal(wrong(nmea, '$GPGLL,A'), 'xor8: found none, expected 2 hex digits')
    assert.equal(wrong(nmea, 'GPGLL,A*1D'), 'xor8: found no range to check, expected "$" and "*" in it')
  })

  it('lets a checksum be missing where it is optional, but not half of one', () => {
    const optional = { ...nmea, optional: true }
    assert.equal(wrong(optional, '$GPGLL,A*'), undefined)
    assert.equal(wrong(optional, '$GPGLL,A*\r\n'), undefined)
    assert.equal(wrong(optional, '$GPGLL,A*1'), 'xor8: found "1", expected 2 hex digits')
  })

  it('checks the bytes that hex digits stand for: Modbus ASCII', () => {
    const modbus: CheckDefinition = { kind: 'lrc', from: ':', at: -2, hexed: true }
    assert.equal(wrong(modbus, ':010300000001FB'), undefined)
    assert.equal(wrong(modbus, ':010300000002FB'), 'lrc: found FB, expected FA')
    assert.equal(
      wrong(modbus, ':0103000000G1FB'),
      'lrc: found a range that is not all hex digits, expected pairs of them',
    )
  })

  it('checks raw bytes, most and least significant first', () => {
    const rtu: CheckDefinition = { kind: 'crc16-modbus', written: 'bytes-le' }
    assert.equal(wrong(rtu, Buffer.from('01030000000ac5cd', 'hex')), undefined)
    assert.equal(
      wrong(rtu, Buffer.from('01030000000bc5cd', 'hex')),
      'crc16-modbus: found CDC5, expected 0D04',
    )
    const dust: CheckDefinition = { kind: 'sum16', written: 'bytes' }
    const frame = Buffer.from(`424d001c${'0102'.repeat(13)}0000`, 'hex')
    frame.writeUInt16BE(0x42 + 0x4d + 0x1c + 13 * 3, 30)
    assert.equal(wrong(dust, frame), undefined)
    frame[5] = 9
    assert.equal(wrong(dust, frame), 'sum16: found 00D2, expected 00D9')
  })

  it('checks decimal checksums, the low six bits as a character, and each line by itself', () => {
    assert.equal(wrong({ kind: 'sum8', to: ';' }, 'ab;C3'), undefined)
    assert.equal(wrong({ kind: 'sum8', to: ';', written: 'decimal' }, 'ab;195'), undefined)
    assert.equal(
      wrong({ kind: 'sum8', to: ';', written: 'decimal' }, 'ab;196'),
      'sum8: found 196, expected 195',
    )
    const historic: CheckDefinition = { kind: 'sum8', to: -2, written: 'six-bits', eachLine: true }
    assert.equal(wrong(historic, '\x02\nPAPP 00750 -\r\nIINST 003 Z\r\x03'), undefined)
    assert.equal(wrong(historic, 'PAPP 00750 -\r\nIINST 004 Z\r'), 'line 2: sum8: found "Z", expected "["')
  })

  it('knows the byte that was taken for the end of its line', () => {
    const block: CheckDefinition = { kind: 'lrc', at: 'Checksum\t', written: 'bytes' }
    const checksum = new Checksum(block)
    const frame = new Frame()
    for (let n = 0; n < 256; n++) {
      const lines = [`V\t${String.fromCharCode(32 + (n % 90))}${n}`, 'Checksum\t']
      const bytes = Buffer.from(lines.map((line) => `\r\n${line}`).join(''), 'latin1')
      const value = -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff
      frame.set(Buffer.concat([bytes, Buffer.from([value])]))
      assert.equal(checksum.verify(frame), undefined, `the frame, ${value}`)
      // as a port gives it that looks for the end of a line behind the mark
      frame.set(Buffer.concat([bytes, Buffer.from(value === 10 || value === 13 ? [] : [value])]))
      assert.equal(checksum.verify(frame), undefined, `the frame up to its line end, ${value}`)
      // as a port that ends lines at a line feed gives it
      const last = Buffer.concat([Buffer.from(lines[1] as string), Buffer.from(value === 10 ? [] : [value])])
      frame.join([lines[0] as string, last], '\r\n', undefined)
      assert.equal(checksum.verify(frame), undefined, `the lines, ${value}`)
      frame.join([`${lines[0]}1`, last], '\r\n', undefined)
      assert.match(checksum.verify(frame)?.reason ?? '', /^lrc: found [0-9A-F]{2}, expected [0-9A-F]{2}$/)
    }
  })
})
