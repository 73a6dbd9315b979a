// A real Mosquitto on a free port of 127.0.0.1, with its files in a temporary directory.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface MosquittoOptions {
  /** further lines of mosquitto.conf, such as `persistence true` */
  lines?: string[]
  /** user name to password; nobody else is let in */
  users?: Record<string, string>
  /** lines of the ACL file, such as `topic readwrite fieldlog/#` */
  acl?: string[]
  /** PEM files; the port then speaks TLS. `clientCa`: a client certificate signed by it is required */
  tls?: { cert: string; key: string; clientCa?: string }
  /** default: a free one */
  port?: number
  /** it prints errors only: for many messages, whose log would fill the memory */
  quiet?: boolean
}

export interface Mosquitto {
  readonly port: number
  readonly url: string
  /** its directory: mosquitto.conf, and its database where persistence is on */
  readonly directory: string
  /** everything it has printed */
  readonly output: string
  /** SIGTERM (or the given signal), and waits for its end; the port stays reserved in name only */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** On the same port with the same files; resolves when it listens. */
  start(): Promise<void>
  /** Other access rules from now on, for clients that are connected, too. */
  setAcl(lines: readonly string[]): void
  /** Stops it and removes its directory. */
  remove(): Promise<void>
}

/** Starts one; resolves when it listens. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const directory = mkdtempSync(join(tmpdir(), 'fieldlog-mosquitto-'))
  const port = options.port ?? (await freePort())
  writeConfiguration(directory, port, options)
  let child: ChildProcess | undefined
  let output = ''

  const broker: Mosquitto = {
    port,
    url: `${options.tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`,
    directory,
    get output() {
      return output
    },
    async stop(signal = 'SIGTERM') {
      const running = child
      child = undefined
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
      const ended = once(running, 'exit')
      running.kill(signal)
      await ended
    },
    async start() {
      const started = spawn(program(), [
        ...(options.quiet ? [] : ['-v']),
        '-c',
        join(directory, 'mosquitto.conf'),
      ])
      child = started
      // a test run that dies must not leave brokers behind
      const onExit = () => started.kill('SIGKILL')
      process.once('exit', onExit)
      started.once('exit', () => process.removeListener('exit', onExit))
      started.stdout.on('data', (chunk) => (output += chunk))
      started.stderr.on('data', (chunk) => (output += chunk))
      await listening(started, port, () => output)
    },
    setAcl(lines) {
      writeFileSync(join(directory, 'acl'), `${lines.join('\n')}\n`, { mode: 0o600 })
      child?.kill('SIGHUP')
    },
    async remove() {
      await broker.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  await broker.start()
  return broker
}

function writeConfiguration(directory: string, port: number, options: MosquittoOptions): void {
  const { lines = [], users, acl, tls } = options
  const file = (name: string) => join(directory, name)
  const configuration = [
    `listener ${port} 127.0.0.1`,
    `persistence_location ${directory}/`,
    // as root it would change to a user that cannot read this directory
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `allow_anonymous ${users === undefined}`,
    ...(tls ? [`certfile ${tls.cert}`, `keyfile ${tls.key}`] : []),
    ...(tls?.clientCa ? [`cafile ${tls.clientCa}`, 'require_certificate true'] : []),
    ...(users ? [`password_file ${file('passwords')}`] : []),
    ...(acl ? [`acl_file ${file('acl')}`] : []),
    ...lines,
  ]
  writeFileSync(file('mosquitto.conf'), `${configuration.join('\n')}\n`)
  if (acl) writeFileSync(file('acl'), `${acl.join('\n')}\n`, { mode: 0o600 })
  if (users) {
    writeFileSync(file('passwords'), '', { mode: 0o600 })
    for (const [user, password] of Object.entries(users)) {
      spawnSync('mosquitto_passwd', ['-b', file('passwords'), user, password])
    }
  }
}

function program(): string {
  return ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync) ?? 'mosquitto'
}

/** Resolves when the port takes connections; rejects with what the program printed when it ends before. */
async function listening(child: ChildProcess, port: number, printed: () => string): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`mosquitto ended with status ${child.exitCode}: ${printed()}`)
}
