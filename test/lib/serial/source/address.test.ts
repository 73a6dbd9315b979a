import assert from 'node:assert/strict'
import {
  addressText,
  parseAddress,
  sourceName,
  sourceNameProblem,
  suggestedAddress,
} from '../../../../lib/serial/source/address.ts'

describe('An address', () => {
  it('is a device path, usb:…, tcp://, telnet:// or rfc2217://host:port, or demo:', () => {
    assert.deepEqual(parseAddress(' /dev/ttyUSB0 '), { kind: 'device', path: '/dev/ttyUSB0' })
    assert.deepEqual(parseAddress('com3'), { kind: 'device', path: 'COM3' })
    assert.deepEqual(parseAddress('USB:403:6001'), { kind: 'usb', vendor: '0403', product: '6001' })
    assert.deepEqual(parseAddress('usb:10C4:EA60:01:A b'), {
      kind: 'usb',
      vendor: '10c4',
      product: 'ea60',
      serialNumber: '01:A b',
    })
    assert.deepEqual(parseAddress('tcp://10.0.0.5:2000'), { kind: 'tcp', host: '10.0.0.5', port: 2000 })
    assert.deepEqual(parseAddress('TCP://[fe80::1]:65535/'), { kind: 'tcp', host: 'fe80::1', port: 65_535 })
    assert.deepEqual(parseAddress('telnet://box:23'), { kind: 'telnet', host: 'box', port: 23 })
    assert.deepEqual(parseAddress('RFC2217://box:4000'), { kind: 'rfc2217', host: 'box', port: 4000 })
    for (const text of ['', ' ', 'demo:', 'DEMO:']) assert.deepEqual(parseAddress(text), { kind: 'demo' })
  })

  it('is a stored log, how fast, and whether again and again', () => {
    const replay = (text: string) => parseAddress(text)
    const day = { kind: 'replay', path: 'logs/20121130.txt.gz', speed: 1, loop: false }
    assert.deepEqual(replay('replay:logs/20121130.txt.gz'), day)
    assert.deepEqual(replay(' REPLAY:logs/20121130.txt.gz?speed=60&loop '), { ...day, speed: 60, loop: true })
    assert.deepEqual(replay('replay:/a b/%C3%A9%3F?loop'), { ...day, path: '/a b/é?', loop: true })
    assert.equal((replay('replay:x?speed=max') as { speed: number }).speed, Number.POSITIVE_INFINITY)
    assert.equal((replay('replay:x?speed=0.5') as { speed: number }).speed, 0.5)
  })

  it('is refused in words', () => {
    const cases: Array<[string, RegExp]> = [
      ['USB0', /^"USB0" is not a device path: write it in full, as in \/dev\/ttyUSB0$/],
      ['dev/ttyS4', /^"dev\/ttyS4" is not a device path: write it in full, as in \/dev\/ttyS4$/],
      [
        '127.0.0.1:19210',
        /^"127\.0\.0\.1:19210" does not say how to connect: write tcp:\/\/127\.0\.0\.1:19210 for a server that sends bytes as they are$/,
      ],
      ['localhost:2000', /^"localhost:2000" does not say how to connect: write tcp:\/\/localhost:2000 for/],
      [
        'udp://x:1',
        /^"udp:\/\/x:1" is neither a device path, nor usb:vendor:product, nor tcp:\/\/, telnet:\/\/ or rfc2217:\/\/host:port, nor demo: or replay:file$/,
      ],
      ['usb:0403', /^"usb:0403" is not of the form usb:vendor:product or usb:vendor:product:serial number/],
      ['usb:04030:6001', /is not of the form usb:/],
      ['telnet://host', /^"telnet:\/\/host" is not of the form telnet:\/\/host:port/],
      ['tcp://host', /^"tcp:\/\/host" is not of the form tcp:\/\/host:port/],
      ['tcp://user@host:1', /is not of the form/],
      ['tcp://host:70000', /^port 70000 is not between 1 and 65535$/],
      ['tcp://host:0', /^port 0 is not between 1 and 65535$/],
      ['replay:', /^replay: needs a file or folder behind it, as in replay:logs\/20121130\.txt\.gz$/],
      ['replay:100%', /^"100%" has a % that begins no %XX: write it %25$/],
      ['replay:x?speed=fast', /^"fast" is no speed: expected max, or a number above 0 up to 100000$/],
      ['replay:x?speed=0', /^"0" is no speed/],
      ['replay:x?pace=2', /^"pace=2" is no option of replay: expected speed=1, speed=60, speed=max or loop$/],
      [
        'replay:x?speed=max&loop',
        /^loop and speed=max together would fill the disk: give a number as the speed$/,
      ],
      ['/dev/tty\u0000USB0', /control characters/],
    ]
    for (const [text, message] of cases) assert.throws(() => parseAddress(text), { message }, text)
  })

  it('is a device where it is the name of one in /dev', () => {
    for (const name of ['ttyUSB0', 'ttyACM12', 'ttyS0', 'ttyAMA0'])
      assert.deepEqual(parseAddress(` ${name} `), { kind: 'device', path: `/dev/${name}` })
  })

  it('is suggested where the scheme or the beginning of the path is missing', () => {
    const cases: Array<[string, string | undefined]> = [
      [' 127.0.0.1:19210 ', 'tcp://127.0.0.1:19210'],
      ['box.local:23', 'tcp://box.local:23'],
      ['//box:2000/', 'tcp://box:2000'],
      ['[fe80::1]:2000', 'tcp://[fe80::1]:2000'],
      ['dev/ttyUSB0', '/dev/ttyUSB0'],
      ['box:0', undefined],
      ['box:70000', undefined],
      ['box', undefined],
      ['usb:0403', undefined],
      ['replay:1', undefined],
      ['udp://x:1', undefined],
      ['user@box:1', undefined],
    ]
    for (const [text, suggested] of cases) {
      assert.equal(suggestedAddress(text), suggested, text)
      if (suggested !== undefined) assert.doesNotThrow(() => parseAddress(suggested), suggested)
    }
  })

  it('may have another name in the log, of the characters that the log takes', () => {
    assert.equal(sourceNameProblem('roof_1.a:b@c-d'), undefined)
    for (const name of ['a b', 'a/b', 'dach-ü', 'x'.repeat(65)])
      assert.match(sourceNameProblem(name)?.text ?? '', /^".*" is no name for the log: take up to 64 letters/)
  })

  it('has a name for the log and a text for messages', () => {
    const both = (text: string) => [sourceName(parseAddress(text)), addressText(parseAddress(text))]
    assert.deepEqual(both('/dev/ttyUSB0'), ['ttyUSB0', '/dev/ttyUSB0'])
    assert.deepEqual(both('/dev/serial/by-id/usb-FTDI_A 4,x'), [
      'usb-FTDI_A_4_x',
      '/dev/serial/by-id/usb-FTDI_A 4,x',
    ])
    assert.deepEqual(both('/dev/'), ['_', '/dev/'])
    assert.deepEqual(both('tcp://10.0.0.5:2000'), ['tcp:10.0.0.5:2000', '10.0.0.5:2000'])
    assert.deepEqual(both('tcp://[fe80::1]:1'), ['tcp:fe80::1:1', '[fe80::1]:1'])
    assert.deepEqual(both('rfc2217://box:4000'), ['rfc2217:box:4000', 'box:4000'])
    assert.deepEqual(both('usb:403:6001:A 40'), ['A_40', 'usb:0403:6001:A 40'])
    assert.deepEqual(both('usb:403:6001'), ['0403-6001', 'usb:0403:6001'])
    assert.deepEqual(both(''), ['demo', 'the demo collector'])
    assert.deepEqual(both('replay:logs/20121130.txt.gz'), ['20121130@replay', 'logs/20121130.txt.gz'])
    assert.deepEqual(both('replay:/home/pi/journal/?loop'), ['journal@replay', '/home/pi/journal/'])
  })
})
