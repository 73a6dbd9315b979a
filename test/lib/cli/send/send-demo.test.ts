import assert from 'node:assert/strict'
import type { Command } from '../../../../lib/cli/command.ts'
import { demoBoot } from '../../../../lib/cli/send/demo-boot.ts'
import { sendDemo } from '../../../../lib/cli/send/send-demo.ts'
import { Libc } from '../../../../lib/time-events/transport/libc.ts'
import { privateMode } from '../../../../lib/time-events/transport/queue.ts'
import { receiveFromSocket } from '../../../../lib/time-events/transport/socket.ts'
import { decodeFrame } from '../../../../lib/time-events/wire/frame.ts'
import type { TimeEvent } from '../../../../lib/time-events/wire/time-event.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { Inbox, ownSocket } from '../../time-events/helper.ts'
import { runHere } from '../helper.ts'

/** A clock whose timers are due at once. */
class FastClock extends FakeClock {
  override after(ms: number, run: () => void): () => void {
    const timer = setImmediate(() => {
      this.tick(ms)
      run()
    })
    return () => clearImmediate(timer)
  }
}

describe('fieldlog send-demo', () => {
  const send = (command: Command, args: string[], signal = new AbortController().signal) =>
    runHere('send-demo', command, args, { signal })

  it('sends the 40 events of a boot in 6 s, a DHCP lease of 3.4 s among them', async () => {
    const name = ownSocket()
    const inbox = new Inbox()
    const receiver = receiveFromSocket(Libc.load(), { name, mode: privateMode }, inbox)
    try {
      const transport = `socket:${name}`
      const command = sendDemo(new FastClock())
      assert.deepEqual(await send(command, ['--transport', transport, '--json']), {
        status: 0,
        out: `${JSON.stringify({ sent: 40, seconds: 6, transport })}\n`,
        err: '',
      })
      await inbox.count(40)
    } finally {
      await receiver.close()
    }
    const events = inbox.datagrams.map(({ bytes }) => decodeFrame(bytes) as TimeEvent)
    const [first] = events
    assert.deepEqual(
      events.map(({ time, ...rest }) => ({ at: time - first!.time, ...rest })),
      demoBoot.map(({ at, source, event }) => ({ at, source, ...event })),
    )
    const lease = events.filter(({ cat, subject }) => cat === 'DHCP4_CLIENT' && subject === 'eth0')
    assert.deepEqual([lease[0]?.seq, lease.at(-1)?.seq], ['START', 'BOUND'])
    assert.equal(lease.at(-1)!.time - lease[0]!.time, 3_400)
    assert.equal(events.at(-1)!.time - first!.time, 6_000)
  })

  it('says at once that nobody takes them', async () => {
    const name = ownSocket()
    assert.deepEqual(await send(sendDemo(), ['--transport', `socket:${name}`]), {
      status: 1,
      out: '',
      err: `fieldlog send-demo: nobody took the first event (socket:${name}): is a server of time events running?\n`,
    })
  })

  it('ends when it is interrupted, with the status 1', async () => {
    const name = ownSocket()
    const inbox = new Inbox()
    const receiver = receiveFromSocket(Libc.load(), { name, mode: privateMode }, inbox)
    const stop = new AbortController()
    inbox.events.once('datagram', () => stop.abort())
    try {
      const { status, out } = await send(sendDemo(), ['--transport', `socket:${name}`], stop.signal)
      assert.equal(status, 1)
      assert.match(out, /^1 event sent in 0\.\d s by socket:@/)
    } finally {
      await receiver.close()
    }
  })
})
