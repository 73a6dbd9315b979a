import assert from 'node:assert/strict'
import { sendEvent } from '../../../../lib/cli/send/send-event.ts'
import { Libc } from '../../../../lib/time-events/transport/libc.ts'
import { privateMode } from '../../../../lib/time-events/transport/queue.ts'
import { receiveFromSocket } from '../../../../lib/time-events/transport/socket.ts'
import { decodeFrame } from '../../../../lib/time-events/wire/frame.ts'
import type { TimeEvent } from '../../../../lib/time-events/wire/time-event.ts'
import { Inbox, ownSocket } from '../../time-events/helper.ts'
import { runHere } from '../helper.ts'

describe('fieldlog send', () => {
  const send = (...args: string[]) => runHere('send', sendEvent, args)

  it('sends one event, with the letters of the usual command or with either kind of long names', async () => {
    const name = ownSocket()
    const inbox = new Inbox()
    const receiver = receiveFromSocket(Libc.load(), { name, mode: privateMode }, inbox)
    const to = ['--transport', `socket:${name}`]
    try {
      const results = [
        await send(...to, '-c', 'DHCP', '-s', 'eth0', '-t', 'START', '-n', 'shim[1]', 'addr=1.2.3.4'),
        await send(...to, '--category=A', '--subject=b', '--step=STOP', '--name=me', '--json'),
        await send(...to, '--cat=A', '--seq=STOP', '--source=me', '--msg=text'),
        await send(...to),
      ]
      assert.deepEqual(
        results.map(({ status, err }) => [status, err]),
        results.map(() => [0, '']),
      )
      assert.equal(results[1]?.out, `{"sent":1,"transport":"socket:${name}"}\n`)
      await inbox.count(4)
    } finally {
      await receiver.close()
    }
    const events = inbox.datagrams.map(({ bytes }) => decodeFrame(bytes) as TimeEvent)
    assert.deepEqual(
      events.map(({ cat, subject, seq, source, msg }) => [cat, subject, seq, source, msg]),
      [
        ['DHCP', 'eth0', 'START', 'shim[1]', 'addr=1.2.3.4'],
        ['A', 'b', 'STOP', 'me', undefined],
        ['A', undefined, 'STOP', 'me', 'text'],
        ['GENERAL', undefined, 'SINGLE', `fieldlog[${process.pid}]`, undefined],
      ],
    )
  })

  it('says that nobody took it, and what it was given that is wrong', async () => {
    const name = ownSocket()
    assert.deepEqual(await send('--transport', `socket:${name}`), {
      status: 1,
      out: '',
      err: `fieldlog send: nobody took the event (socket:${name}): is a server of time events running?\n`,
    })
    assert.equal((await send('-c', 'x'.repeat(256), '--transport', `socket:${name}`)).status, 2)
    const { status, err } = await send('--transport', 'pigeon')
    assert.equal(status, 1)
    assert.match(err, /the transport pigeon is none that is known; give auto/)
    assert.match((await send('-h')).out, /-c, --category CAT {5}its category \(default GENERAL\)/)
  })
})
