// A process that sends time events as fast as it is told, and cares for nothing: what finds no room is not tried again.
// Arguments: transport, events a second, seconds. It prints how many it tried and how many the system took.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Libc } from '../../../lib/time-events/transport/libc.ts'
import { sendToQueue } from '../../../lib/time-events/transport/queue.ts'
import { sendToSocket } from '../../../lib/time-events/transport/socket.ts'
import { sendToUdp } from '../../../lib/time-events/transport/udp.ts'
import { encodeFrame } from '../../../lib/time-events/wire/frame.ts'
import { machineMonotonic } from '../../../lib/time-events/wire/monotonic.ts'

const [transport = '', perSecond, seconds] = process.argv.slice(2)
const [, kind, name = ''] = /^(\w+):(.+)$/.exec(transport) ?? []
const sender =
  kind === 'queue'
    ? sendToQueue(Libc.load(), name)
    : kind === 'socket'
      ? sendToSocket(Libc.load(), name)
      : sendToUdp({ host: '127.0.0.1', port: Number(name) })

const begin = performance.now()
let tried = 0
let taken = 0
for (;;) {
  const elapsed = (performance.now() - begin) / 1000
  if (elapsed > Number(seconds)) break
  const due = elapsed * Number(perSecond)
  // of one look at the clock, so that a process that fell behind does not try for ever
  const frame = encodeFrame({
    ...{ time: machineMonotonic(), cat: 'WIFI_LINK', source: `flood[${process.pid}]`, subject: 'wlan0' },
    ...{ seq: 'connected', msg: `multi_ap=0 ssid=test bssid=00:11:22:33:44:55 ${tried}` },
  })
  for (let end = Math.min(due, tried + 1_000); tried < end; tried++) {
    if (sender.send(frame) === undefined) taken++
  }
  await nextTurn()
}
process.send?.({ tried, taken })
process.disconnect?.()
sender.close()
