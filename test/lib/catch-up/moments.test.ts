// When a collector is asked, and when not: each case line by line.
import assert from 'node:assert/strict'
import { Device, known } from './device.ts'

const banner = '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1'
const day = 86_400

describe('the moment to ask a collector', () => {
  it('is behind the next saved page, and a request for nothing comes first: it tells what time it is', () => {
    const device = new Device().began(known).says('OK 12 4').passes(10)
    assert.deepEqual([device.state, device.sent], ['waiting', []])
    device.says('OK 12 5', 'DF S 602 7 1600')
    assert.deepEqual(device.sent, ['0,7,0,0,6,64r'])
    device.says('> 0,7,0,0,6,64r', 'r: page 602 602', 'DF E 602 8 2010123')
    assert.deepEqual(device.sent.slice(1), ['0,7,0,0,5,20r'])
    assert.equal(device.state, 'asking')
    device.says('> 0,7,0,0,5,20r', 'r: page 601 602', 'R 7 1600 12 2', 'R 7 1700 12 3', 'R 7 1800 12 9')
    device.says('DF R 602 7 1600', 'DF E 602 9 2010500')
    assert.equal(device.state, 'live')
    // the collector's clock is 2000 s ahead; two of the packets were logged when they came
    assert.deepEqual(
      device.logged.filter((line) => typeof line !== 'string'),
      [['OK 12 9', -200]],
    )
  })

  it('is not in the first seconds, in which it may say that it was reset', () => {
    const device = new Device().began(known).says('OK 12 4', 'DF S 602 7 1600').passes(4)
    assert.deepEqual(device.sent, [])
    device.passes(2).says('OK 12 5', 'DF S 603 7 1700')
    assert.equal(device.sent.length, 1)
  })

  it('is a second after a reset, and as its clock is known then nothing comes first', () => {
    const device = new Device().began(known).says(banner, 'DF I 604 8', 'help', banner)
    assert.deepEqual(device.sent, [])
    device.passes(1)
    assert.deepEqual(device.sent, ['0,7,0,0,5,20r'])
  })

  it('is never where the pause was shorter than what may hide something', () => {
    const device = new Device({ missing: 301_000 })
      .began(known)
      .says('OK 12 4')
      .passes(10)
      .says('DF S 602 7 1600')
      .passes(600)
    assert.deepEqual([device.state, device.sent], ['live', []])
  })

  it('comes although the collector’s first line is that of a page: what is missing is behind the one before', () => {
    const device = new Device().began(known).says('DF S 602 7 1600').passes(6)
    assert.deepEqual(device.sent, [])
    // two pages in a row tell the clock, so nothing comes first
    device.says('OK 12 5', 'DF S 603 7 2000')
    assert.deepEqual(device.sent, ['0,7,0,0,5,20r'])
  })

  it('comes though the line that names its flash after a reset was damaged', () => {
    const device = new Device().began(known).says(banner, 'DF I 6@4 8').passes(6)
    assert.deepEqual(device.sent, ['0,7,0,0,5,20r'])
    for (const seq of [8, 9]) device.says('> 0,7,0,0,5,20r', 'r: page 601 601', `DF E 601 ${seq} 5000`)
    assert.deepEqual([device.state, device.reports.length], ['live', 1])
  })
})

describe('a device that has shown no flash memory', () => {
  it('is in real time at once, is sent nothing, and that is said once', () => {
    const device = new Device().began().says('temp 21.5')
    assert.equal(device.state, 'live')
    for (let i = 0; i < 100; i++) device.passes(10).says('temp 21.5')
    device.catchUp.disconnected()
    device.passes(1_000)
    device.catchUp.connected()
    device.says('temp 21.5').passes(1_000)
    assert.deepEqual([device.state, device.sent], ['live', []])
    assert.deepEqual(device.reports, ['jee has shown no flash memory so far, so it is asked for nothing'])
    assert.equal(device.logged.length, 102)
  })

  it('is asked when it shows one, by the page that it saves', () => {
    const device = new Device().began().says('OK 12 1').passes(100).says('OK 12 2', 'DF S 32 1 5')
    assert.deepEqual(device.sent, ['0,1,0,0,0,5r'])
  })

  it('is not asked at the first time where the user does not want it', () => {
    const device = new Device({ firstTime: false })
      .began()
      .says('OK 12 1')
      .passes(100)
      .says('OK 12 2', 'DF S 32 1 5')
      .passes(100)
    assert.deepEqual([device.state, device.sent, device.reports], ['live', [], []])
  })

  it('has none where it starts, is a collector, and names none', () => {
    const device = new Device().began().says(banner).passes(6)
    assert.deepEqual([device.state, device.sent], ['live', []])
    assert.deepEqual(device.reports, [
      'jee has no flash memory: what it sent while the gateway was away is lost',
    ])
    device.says('OK 12 1').passes(1_000)
    assert.deepEqual([device.state, device.sent, device.reports.length], ['live', [], 1])
  })

  it('has none where it had one, starts without naming it, and only echoes what is asked', () => {
    const device = new Device()
      .began(known)
      .says(banner)
      .passes(6)
      .says('> 0,7,0,0,5,20r', 'OK 12 1', 'OK 12 2')
      .passes(2.9)
    assert.notEqual(device.state, 'live')
    device.says('OK 12 1').passes(0.2)
    assert.equal(device.state, 'live')
    const [notice] = device.says('OK 12 3').notices.slice(-1)
    assert.deepEqual(notice && 'complete' in notice && [notice.state, notice.complete], ['ended', false])
  })

  it('is asked for its pages where the user says that it is a collector, and has none when it only echoes that', () => {
    const device = new Device({ isCollector: true }).began().says('OK 12 1').passes(6)
    assert.deepEqual(device.sent, ['d'])
    device.says('> d')
    for (let i = 0; i < 4; i++) device.says('OK 12 2').passes(1)
    assert.equal(device.state, 'live')
    assert.deepEqual(device.reports, [
      'jee has no flash memory: what it sent while the gateway was away is lost',
    ])
  })

  it('waits for the next page where its list shows some', () => {
    const device = new Device({ isCollector: true }).began().says('OK 12 1').passes(6)
    device.says('> d', ' df# 32 : 1 5 1234').passes(4)
    assert.deepEqual([device.state, device.sent], ['waiting', ['d']])
    device.says('OK 12 2', 'DF S 33 1 300')
    assert.deepEqual(device.sent, ['d', '0,1,0,0,1,44r'])
  })
})

describe('attempts', () => {
  it('are five, with pauses of 5 s, 30 s and 2 minutes; what is missing stays due', () => {
    const device = new Device().began(known).says(banner, 'DF I 601 8')
    const at: number[] = []
    for (let second = 0; second < 600; second++) {
      const { length } = device.sent
      device.passes(1)
      if (device.sent.length > length) at.push(second)
    }
    // 10 s pass in vain before each pause
    assert.deepEqual(at, [0, 15, 55, 185, 315])
    assert.equal(device.state, 'live')
    assert.deepEqual(device.reports, [
      'jee could not be asked for all that it received meanwhile: there is no answer, 5 times. What is missing will be asked for at the next connection.',
    ])
    device.catchUp.disconnected()
    device.passes(1)
    device.catchUp.connected()
    device.says(banner, 'DF I 601 8').passes(1)
    assert.equal(device.sent.length, 6)
  })

  it('begin anew behind the last page that was whole; lines in between that say nothing of it do no harm', () => {
    const device = new Device().began(known).says(banner, 'DF I 605 8').passes(1)
    device.says('> 0,7,0,0,5,20r', '? 12 44', 'r: page 601 605')
    device.says(
      'R 7 1600 12 7',
      'DF R 602 7 1600',
      '',
      '? 3 4 5',
      'ASC ..v.',
      'R 7 1900 12 8',
      'DF R 603 7 1900',
    )
    device.says(
      'R 7 2200 12 9',
      'R 7 22',
      'DF R 604 7 2200',
      'R 7 2500 12 10',
      'DF R 605 7 2500',
      'DF E 605 9 3000',
    )
    assert.equal(device.state, 'waiting')
    device.passes(5)
    assert.deepEqual(device.sent, ['0,7,0,0,5,20r', '0,7,0,0,7,108r'])
    device.says(
      'r: page 603 605',
      'R 7 2200 12 9',
      'R 7 2210 12 9',
      'DF R 604 7 2200',
      'R 7 2500 12 10',
      'DF R 605 7 2500',
      'DF E 605 10 9000',
    )
    assert.equal(device.state, 'live')
    const recovered = device.logged.flatMap((line) => (typeof line === 'string' ? [] : [line[0]]))
    assert.deepEqual(recovered, ['OK 12 7', 'OK 12 8', 'OK 12 9', 'OK 12 9', 'OK 12 10'])
  })

  it('do not believe the page that was under way when somebody sent a byte', () => {
    const device = new Device().began(known).says(banner, 'DF I 603 8').passes(1)
    device.says('> 0,7,0,0,5,20r', 'r: page 601 603', 'R 7 1600 12 7', 'DF R 602 7 1600', 'R 7 1900 12 8')
    device.catchUp.sent()
    device.says('DF R 603 7 1900', 'DF E 603 9 3000').passes(5)
    assert.deepEqual(device.sent.at(-1), '0,7,0,0,6,64r')
  })

  it('begin anew where the line that begins the answer was damaged, and its packets are no live lines', () => {
    const device = new Device().began(known).says(banner, 'DF I 602 8').passes(1)
    device
      .says('> 0,7,0,0,5,20r', 'r: pge 601 602', 'R 7 1600 12 7', 'DF R 602 7 1600', 'DF E 602 9 3000')
      .passes(5)
    assert.equal(device.sent.length, 2)
    assert.ok(!device.logged.includes('R 7 1600 12 7'))
  })

  it('do not take a page whose last line is not of its packets', () => {
    const device = new Device().began(known).says(banner, 'DF I 602 8').passes(1)
    // a reset cut the line after the page's number, seq and the first digits of its time
    device
      .says('> 0,7,0,0,5,20r', 'r: page 601 602', 'R 7 1600 12 7', 'DF R 602 7 16', 'DF E 602 9 3000')
      .passes(5)
    assert.deepEqual(device.sent, ['0,7,0,0,5,20r', '0,7,0,0,5,20r'])
  })

  it('begin with the list again where it was cut', () => {
    const device = new Device().began().says(banner, 'DF I 33 2').passes(1)
    assert.deepEqual(device.sent, ['d'])
    device.says('> d', ' df# 32 : 1 5 1234')
    device.catchUp.sent()
    device.passes(4)
    assert.equal(device.state, 'waiting')
    device.passes(5)
    assert.deepEqual(device.sent, ['d', 'd'])
    // the page that it named at its start is not in this list
    device.says('> d', ' df# 32 : 1 5 1234').passes(33.1)
    assert.deepEqual(device.sent, ['d', 'd', 'd'])
    device.says('> d', ' df# 32 : 1 5 1234', ' df# 33 : 1 300 4321').passes(4)
    assert.deepEqual(device.sent.slice(3), ['255,255,0,0,0,0r'])
  })

  it('end where its list is empty', () => {
    const device = new Device().began().says(banner, 'DF I 7935 0').passes(1).says('> d').passes(11)
    assert.deepEqual([device.state, device.sent.length], ['live', 1])
    const [notice] = device.says('OK 12 1').notices.slice(-1)
    assert.deepEqual(notice && 'complete' in notice && [notice.state, notice.complete], ['ended', true])
  })
})

describe('what is asked for', () => {
  const pages = (count: number) =>
    Array.from({ length: count }, (_, index) => ` df# ${600 + index} : 7 ${1000 + index * 3600} 77`)

  it('is not older than the user wants', () => {
    // the last page was seen ten days ago, and one was saved each hour since
    const past: Array<[number, string]> = [
      [10 * day, 'OK 12 1'],
      [10 * day, 'DF S 600 7 1000'],
    ]
    const device = new Device({ longest: 2 * day * 1000 }).began(past).says('OK 12 1').passes(6)
    device.says(
      'OK 12 2',
      `DF S 840 7 ${1000 + 240 * 3600}`,
      'r: page 840 840',
      `DF E 840 8 ${(1000 + 240 * 3600) * 1000}`,
    )
    assert.equal(device.sent.at(-1), 'd')
    device.says('> d', ...pages(241)).passes(4)
    // the pages of the last two days are 793 to 840
    const t = 1000 + 192 * 3600
    const request = [7, t >>> 16, (t >>> 8) & 255, t & 255].join(',').replace(/^7,/, '0,7,0,')
    assert.equal(device.sent.at(-1), `${request}r`)
  })

  it('is not older than the journal was read, where that has lines of the collector and no page', () => {
    const device = new Device()
      .began([[60, 'OK 12 1']], 1.5 * 3_600)
      .says('OK 12 1')
      .passes(6)
    const t = (hours: number) => 1000 + hours * 3600
    device.says('OK 12 2', `DF S 840 7 ${t(240)}`, 'r: page 840 840', `DF E 840 8 ${t(240) * 1000}`)
    device.says('> d', ...pages(241)).passes(4)
    assert.deepEqual(device.sent.slice(1), [
      'd',
      `0,7,0,${t(238) >>> 16},${(t(238) >>> 8) & 255},${t(238) & 255}r`,
    ])
  })

  it('is all from the list where the page’s number has another one’s packets now, and the hole is noted', () => {
    const device = new Device().began(known).says(banner, 'DF I 603 12').passes(1)
    // the log went round: page 601 is one of seq 11
    device.says('> 0,7,0,0,5,20r', 'r: page 601 603', 'R 11 500 12 7')
    assert.equal(device.sent.at(-1), '\n')
    device.says('DF R 602 11 500', 'DF E 603 13 2000')
    assert.equal(device.sent.at(-1), 'd')
    const listed = [
      ' df# 512 : 10 9000 1',
      ' df# 601 : 11 200 1',
      ' df# 602 : 11 500 1',
      ' df# 603 : 11 800 1',
      ' df# 700 : 9 100 1',
    ]
    device.says('> d', ...listed).passes(4)
    assert.equal(device.sent.at(-1), '0,9,0,0,0,100r')
    device.says(
      '> 0,9,0,0,0,100r',
      'r: page 700 603',
      'DF C? 701 12543',
      'DF C? 702 7',
      'R 10 9000 12 6',
      'DF R 512 10 9000',
    )
    device.says(
      'R 11 200 12 6',
      'DF R 601 11 200',
      'R 11 500 12 7',
      'DF R 602 11 500',
      'R 11 800 12 8',
      'DF R 603 11 800',
      'DF E 603 14 9000',
    )
    const gaps = device.notices.filter(({ kind }) => kind === 'gap')
    const first = device.given.find(({ recovered }) => recovered)
    assert.deepEqual(gaps, [
      { kind: 'gap', source: 'jee', from: device.clock.wall() - gapAge(device), to: first!.recovered!.time },
    ])
    const [end] = device.notices.slice(-1)
    assert.deepEqual(end && 'corrupt' in end && [end.corrupt, end.corruptPages, end.complete], [
      [702],
      1,
      true,
    ])
  })

  it('is the same page where its list has it, though another seq follows, and nothing is noted', () => {
    const device = new Device().began(known).says(banner, 'DF I 602 9').passes(1)
    device.says('> 0,7,0,0,5,20r', 'r: page 601 602', 'R 8 5 12 7', 'DF R 602 8 5', 'DF E 602 10 2000')
    device.says('> d', ' df# 600 : 7 1000 1', ' df# 601 : 7 1300 1', ' df# 602 : 8 5 1').passes(4)
    device.says('> 0,7,0,0,5,20r', 'r: page 601 602', 'R 8 5 12 7', 'DF R 602 8 5', 'DF E 602 11 9000')
    assert.deepEqual(device.sent, ['0,7,0,0,5,20r', '\n', 'd', '0,7,0,0,5,20r'])
    assert.equal(device.state, 'live')
    assert.deepEqual(
      device.notices.filter(({ kind }) => kind === 'gap'),
      [],
    )
    assert.equal(device.given.filter(({ recovered }) => recovered).length, 1)
  })

  it('names the damaged pages in its notice: a hundred, and how many there are', () => {
    const device = new Device().began(known).says(banner, 'DF I 1000 8').passes(1).says('r: page 601 1000')
    for (let page = 602; page < 1000; page++) device.says(`DF C? ${page} ${page === 700 ? 12543 : 5}`)
    device.says('R 7 5000 12 7', 'DF R 1000 7 5000', 'DF E 1000 9 9000')
    const [end] = device.notices.slice(-1)
    assert.ok(end && 'corrupt' in end)
    assert.deepEqual(
      [end.corrupt.length, end.corrupt[0], end.corruptPages, end.complete],
      [100, 602, 397, true],
    )
  })
})

/** How long ago (ms) the page that was overwritten had been saved: 400 s before the test's beginning. */
function gapAge(device: Device): number {
  return device.clock.wall() - Date.parse('2026-11-21T12:00:00Z') + 400_000
}
