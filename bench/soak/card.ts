// Bytes that reach an SD card in a day: the home on a file system of its own, whose device counts what is written to it.
// As root. `npm run soak -- card [minutes, default 10] [seconds between lines, default 2] [flush interval, default 5]
// [mount options, default noatime] [good | unknown: whether a format takes the lines, default good] [node types to leave out of the flow]`
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startLineServer } from '../../test/support/line-server.ts'
import { LoneGateway } from './lone-gateway.ts'

const minutes = Number(process.argv[2] ?? 10)
const interval = Number(process.argv[3] ?? 2)
const flush = process.argv[4] ?? '5'
const mountOptions = process.argv[5] ?? 'noatime'
const line = process.argv[6] === 'unknown' ? 'unknown' : 'OK 12'
const leftOut = process.argv[7]?.split(',') ?? []

const work = mkdtempSync(join(tmpdir(), 'fieldlog-card-'))
const image = join(work, 'card')
const home = join(work, 'home')
writeFileSync(image, '')
truncateSync(image, 1024 ** 3)
mkdirSync(home)
// without this the file system itself writes its tables in the background, once
run('mke2fs', '-q', '-t', 'ext4', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
const device = run('losetup', '--find', '--show', image).trim()
run('mount', '-o', mountOptions, device, home)
if (leftOut.length > 0) writeFlowWithout(leftOut)
const server = await startLineServer()
const gateway = await LoneGateway.start({
  FIELDLOG_HOME: join(home, 'fieldlog'),
  FIELDLOG_SERIAL: `tcp://127.0.0.1:${server.port}`,
  FIELDLOG_FLUSH_INTERVAL: flush,
  HOME: '/nonexistent',
})
const stop = setInterval(
  () => server.send(`${line} ${Math.trunc(performance.now() / 1000) & 255} 118 182 0\r\n`),
  interval * 1000,
)
// what the start writes is no part of a day
await pause(60_000)
const before = { bytes: written(), cpu: gateway.cpu }
await pause(minutes * 60_000)
const bytes = written() - before.bytes
const day = (bytes / minutes) * 1440
console.log(
  `${leftOut.map((type) => `without ${type}: `).join('')}a line every ${interval} s, flush interval ${flush} s, ${mountOptions}, ${minutes} minutes: ${bytes} bytes reached the device, ` +
    `${(day / 1e6).toFixed(1)} MB a day; ${((bytes * interval) / (minutes * 60)).toFixed(0)} bytes a line; ` +
    `CPU ${(((gateway.cpu - before.cpu) / (minutes * 60)) * 100).toFixed(1)} % of a core`,
)
clearInterval(stop)
await gateway.stop()
server.close()
run('umount', home)
run('losetup', '--detach', device)
rmSync(work, { recursive: true })
process.exit(0)

/** Sectors are of 512 bytes in this file, whatever the device has. */
function written(): number {
  const fields = readFileSync(`/sys/block/${basename(device)}/stat`, 'utf8')
    .trim()
    .split(/\s+/)
  return Number(fields[6]) * 512
}

/** The flow that ships, as the home's. */
function writeFlowWithout(types: readonly string[]): void {
  const flow = JSON.parse(readFileSync('examples/gateway.json', 'utf8')) as Array<{ type: string }>
  mkdirSync(join(home, 'fieldlog'))
  const kept = flow.filter(({ type }) => !types.includes(type))
  writeFileSync(join(home, 'fieldlog/flows.json'), JSON.stringify(kept))
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' })
}
