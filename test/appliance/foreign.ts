// The package of another processor, emulated (qemu-user-static) in a small Debian: it installs, starts, and carries a
// thousand lines to a broker. What an emulation cannot show: speed, memory, systemd, a real serial device.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { Collector } from '../support/collector.ts'
import { startLineServer } from '../support/line-server.ts'
import { startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty } from '../support/programs/pty.ts'

/** Seconds in which all lines must have arrived. */
const limit = 300

/** A Debian of an architecture, made once. @param cache kept from run to run */
export function foreignTree(cache: string, architecture: string): string {
  const tree = join(cache, architecture)
  if (existsSync(tree)) return tree
  mkdirSync(cache, { recursive: true })
  // of a run that was interrupted
  rmSync(`${tree}.new`, { recursive: true, force: true })
  const packages = '--include=libstdc++6,procps,debconf,passwd,ca-certificates'
  // without the updates of it: their lists are not always whole while a mirror takes them over
  const mirror = 'http://deb.debian.org/debian'
  execFileSync(
    'mmdebstrap',
    ['--variant=minbase', `--architectures=${architecture}`, packages, 'bookworm', `${tree}.new`, mirror],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  renameSync(`${tree}.new`, tree)
  return tree
}

/** Runs something with the devices and processes of this machine in the tree. */
export async function inTree(tree: string, work: () => Promise<void>): Promise<void> {
  const mounts = ['/proc', '/dev', '/dev/pts']
  for (const path of mounts) execFileSync('mount', ['--bind', path, join(tree, path)])
  try {
    await work()
  } finally {
    for (const path of mounts.reverse()) execFileSync('umount', [join(tree, path)])
  }
}

export function installIn(tree: string, deb: string): void {
  copyFileSync(deb, join(tree, 'root/fieldlog.deb'))
  execFileSync('chroot', [tree, 'dpkg', '-i', '/root/fieldlog.deb'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Where the gateway reads lines from. */
export interface Source {
  /** as in FIELDLOG_SERIAL */
  address: string
  write(text: string): Promise<void>
  close(): Promise<void>
}

export async function serialSource(): Promise<Source> {
  const pty = await createPty()
  const address = realpathSync(pty.path)
  chmodSync(address, 0o666)
  return { address, write: (text) => pty.write(text), close: () => pty.close() }
}

/** For 32-bit ARM, where the emulation lacks the calls that set the speed of a serial device (TCGETS2). */
export async function networkSource(): Promise<Source> {
  const server = await startLineServer()
  return {
    address: `tcp://127.0.0.1:${server.port}`,
    write: async (text) => server.send(text),
    close: async () => server.close(),
  }
}

/** Starts the gateway in the tree, as the user of the service, and sends it so many lines. */
export async function linesThrough(tree: string, source: Source, count: number): Promise<void> {
  const broker = await startMosquitto({ quiet: true })
  const collector = await Collector.open(broker.url, 'fieldlog/#')
  const home = 'rm -rf /run/trial && mkdir /run/trial && chown fieldlog /run/trial'
  execFileSync('chroot', [tree, 'sh', '-c', home])
  const env = [
    ...['HOME=/nonexistent', 'PATH=/usr/bin:/bin', 'FIELDLOG_HOME=/run/trial/home', 'FIELDLOG_PORT=0'],
    ...[`FIELDLOG_SERIAL=${source.address}`, `FIELDLOG_MQTT=${broker.url}`],
  ]
  const program = '/usr/lib/fieldlog/current'
  const words = [
    'sh',
    `${program}/dist/bin/service.sh`,
    `${program}/bin/node`,
    `${program}/dist/bin/fieldlog.js`,
    'start',
  ]
  const gateway = spawn('chroot', ['--userspec=fieldlog:dialout', tree, 'env', '-i', ...env, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await printed(gateway.stdout, 'the flow is running')
    const arrived = () =>
      new Set(
        collector
          .on('fieldlog/')
          .filter(isReading)
          .map(({ payload }) => payload),
      ).size
    // the port opens a moment later
    for (let seconds = 0; arrived() === 0; seconds++) {
      assert.ok(seconds < limit, `no line arrived within ${limit} s`)
      await source.write('OK 12 1 118 182 0\r\n')
      await pause(1000)
    }
    const before = arrived()
    for (let line = 0; line < count; line++) {
      await source.write(`OK 12 ${line & 255} ${(line >> 8) * 2} 182 0\r\n`)
      await pause(10)
    }
    for (let seconds = 0; arrived() < before + count && seconds < limit; seconds++) await pause(1000)
    assert.ok(arrived() >= before + count, `${arrived() - before} of ${count} lines arrived`)
  } finally {
    gateway.kill('SIGTERM')
    await once(gateway, 'exit')
    await source.close()
    await broker.remove()
  }
}

function isReading({ topic }: { topic: string }): boolean {
  return /\/(?:good|bad|rejected)\/(?!device\/)/.test(topic)
}

async function printed(output: NodeJS.ReadableStream, text: string): Promise<void> {
  for await (const line of createInterface({ input: output })) {
    process.stdout.write(`    ${line}\n`)
    if (line.includes(text)) {
      output.resume()
      return
    }
  }
  throw new Error(`the gateway ended before it said: ${text}`)
}
