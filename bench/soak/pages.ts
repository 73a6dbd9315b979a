// Twenty pages listen to the live stream while lines come as fast as the gateway takes them; some are slow, and some come and
// go. The gateway must not grow, and publish as many lines a second as without them (within 5 %).
// `npm run soak -- pages [seconds with pages] [seconds of each stretch without]`, default 300 and 300
import { setTimeout as pause } from 'node:timers/promises'
import type { Status } from '../../lib/pages/status.ts'
import { Gateway } from '../../test/support/gateway.ts'
import { Listener } from '../../test/support/http/listener.ts'
import { startLineServer } from '../../test/support/line-server.ts'

const seconds = Number(process.argv[2] ?? 300)
const secondsWithout = Number(process.argv[3] ?? seconds)
const listening = 20
const slow = 5
/** MB by which the second half of a stretch may be above the first */
const mostGrowth = 30

const lines = await startLineServer()
const gateway = await Gateway.start({ env: { FIELDLOG_SERIAL: `tcp://127.0.0.1:${lines.port}` } })
let sent = 0
const feed = lines.stream(() => (isOver ? undefined : packets()))
let isOver = false

/** Of 30 room nodes, each packet another one. */
function packets(): Buffer {
  const some = Array.from({ length: 200 }, () => {
    sent++
    return `OK ${1 + (sent % 30)} ${sent % 256} ${2 * (sent % 100)} ${sent % 250} 0\r\n`
  })
  return Buffer.from(some.join(''))
}

async function status(): Promise<Status> {
  return (await fetch(`${gateway.url}fieldlog/api/status`)).json() as Promise<Status>
}

function published({ accounts }: Status): number {
  return accounts[0]!.boxes.find(({ name }) => name === 'published')!.count
}

/** Lines a second at the broker, and the memory of the process in each half, in MB. */
async function stretch(name: string, seconds: number, each: () => Promise<void> = async () => {}) {
  const begin = performance.now()
  const first = published(await status())
  const memory: number[] = []
  while (performance.now() - begin < seconds * 1000) {
    await Promise.all([pause(1_000), each()])
    memory.push((await status()).machine.rss / 1e6)
  }
  const rate = (published(await status()) - first) / ((performance.now() - begin) / 1000)
  const middle = Math.floor(memory.length / 2)
  const halves = [median(memory.slice(0, middle)), median(memory.slice(middle))] as const
  const shown = halves.map((half) => half.toFixed(0)).join(' → ')
  process.stdout.write(`${name.padEnd(22)} ${Math.round(rate).toLocaleString('en')} lines/s, ${shown} MB\n`)
  return { rate, growth: halves[1] - halves[0] }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

async function withPages() {
  const url = `${gateway.url}fieldlog/api/events`
  const pages = await Promise.all(Array.from({ length: listening }, () => Listener.open(url)))
  for (const page of pages.slice(0, slow)) page.response.pause()
  const result = await stretch(`${listening} pages`, seconds, async () => {
    // one of them is closed and opened again
    pages.pop()?.close()
    pages.push(await Listener.open(url))
    // as a page does, which keeps what it shows and nothing else
    for (const page of pages) page.events.length = 0
  })
  for (const page of pages) page.close()
  return result
}

// the first seconds are the engine's warming up
await pause(20_000)
const before = await stretch('without', secondsWithout)
const during = await withPages()
const after = await stretch('without, again', secondsWithout)
const { accounts } = await status()
isOver = true
await feed
lines.close()
const { status: exit } = await gateway.stop()
await gateway.remove()
const ratio = during.rate / ((before.rate + after.rate) / 2)
process.stdout.write(
  `with pages ${(ratio * 100).toFixed(1)} % of the lines/s without; ${during.growth.toFixed(0)} MB more in the second half; ${accounts[0]?.says}; exit status ${exit}\n`,
)
process.exitCode = ratio >= 0.95 && during.growth <= mostGrowth && accounts[0]?.balanced && exit === 0 ? 0 : 1
