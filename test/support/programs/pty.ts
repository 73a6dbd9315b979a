// A pty pair by socat: the test holds one end, the code under test opens the other one as a serial device.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Pty {
  /** what the code under test opens, `…/tty` */
  readonly path: string
  /** Writes as fast as the pty takes it; resolves when socat has taken all of it. */
  write(data: string | Buffer): Promise<void>
  /** Resolves when `count` bytes have come from the other end in all, with everything so far. */
  read(count: number): Promise<Buffer>
  /** The device vanishes, as when it is unplugged. */
  cut(): Promise<void>
  /** The device is there again, at the same path. */
  create(): Promise<void>
  /** Ends socat and removes the path. */
  close(): Promise<void>
}

/** A pty pair; `close` it when the test is done. */
export async function createPty(): Promise<Pty> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldlog-pty-'))
  const path = join(folder, 'tty')
  let socat: ChildProcess | undefined
  let received = Buffer.alloc(0)
  let onBytes: () => void = () => undefined

  async function create(): Promise<void> {
    const child = spawn('socat', ['-d', '-d', '-b', '4096', `PTY,raw,echo=0,link=${path}`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    socat = child
    // a cut closes the pipe under a write; that is what the test wants
    child.stdin?.on('error', () => child.stdin?.destroy())
    child.stdout?.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      onBytes()
    })
    await started(child)
  }

  async function cut(): Promise<void> {
    const child = socat
    socat = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  await create()
  return {
    path,
    create,
    cut,
    async write(data) {
      const stdin = socat?.stdin
      if (!stdin) throw new Error('the pty is cut')
      if (!stdin.write(data)) await once(stdin, 'drain')
    },
    async read(count) {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          onBytes = resolve
        })
      }
      return received
    },
    async close() {
      await cut()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** How a terminal is set, in the words of `stty -a`. */
export function terminalSettings(path: string): string {
  return execFileSync('stty', ['-a', '-F', path]).toString()
}

/** socat says on standard error when both ends are open; its end before that is an error. */
function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      if (text.length < 10_000) text += chunk.toString()
      if (text.includes('starting data transfer loop')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`socat ended: ${text}`)))
  })
}
