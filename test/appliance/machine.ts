// A machine with systemd in a container, on a disk of its own, that is told what to do, and whose power can be cut.
// A container starts in seconds where an emulated processor takes minutes; its kernel is the one of the host.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface Answer {
  status: number
  /** of both streams */
  text: string
}

/** The machine without power; `on` starts it. What reached its disk stays, as in life. */
export class Machine {
  readonly #folder: string
  readonly #goods: string
  #container: ChildProcess | undefined
  /** the process id of its first process, seen from here */
  #first = 0

  /**
   * @param disk of which it gets a copy
   * @param folder for all that it needs
   * @param goods a folder that it sees at /mnt
   */
  constructor(disk: string, folder: string, goods: string) {
    this.#folder = folder
    this.#goods = goods
    mkdirSync(this.#root, { recursive: true })
    copySparse(disk, this.#disk)
  }

  get #disk(): string {
    return join(this.#folder, 'disk')
  }

  get #root(): string {
    return join(this.#folder, 'root')
  }

  /** Where systemd's messages are. */
  get console(): string {
    return join(this.#folder, 'console.log')
  }

  async on(): Promise<void> {
    execFileSync('mount', ['-o', 'loop', this.#disk, this.#root])
    const output = openSync(this.console, 'a')
    this.#container = spawn(
      'systemd-nspawn',
      [
        ...['--quiet', '--register=no', '--keep-unit', '--private-network', `--directory=${this.#root}`],
        ...[`--bind-ro=${this.#goods}:/mnt`, '--boot'],
      ],
      { stdio: ['ignore', output, output] },
    )
    this.#first = await firstProcessOf(this.#container.pid!)
    const state = await this.until('systemctl is-system-running | grep -E "running|degraded"', 120)
    if (!state) throw new Error(`the machine does not start; see ${this.console}`)
  }

  /** Runs a shell script on the machine. */
  run(script: string): Answer {
    const enter = [
      '--target',
      String(this.#first),
      '--mount',
      '--uts',
      '--ipc',
      '--net',
      '--pid',
      '--root',
      '--wd',
    ]
    const path = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'
    const env = ['env', '-i', path, 'HOME=/root', 'DEBIAN_FRONTEND=noninteractive']
    const { status, stdout, stderr } = spawnSync('nsenter', [...enter, ...env, 'sh', '-c', script], {
      encoding: 'utf8',
    })
    return { status: status ?? 1, text: `${stdout}${stderr}` }
  }

  /** Runs it again and again until it ends with 0; false where it does not within `limit` seconds. */
  async until(script: string, limit: number): Promise<boolean> {
    const end = performance.now() + limit * 1000
    while (this.run(script).status !== 0) {
      if (performance.now() > end) return false
      await wait(500)
    }
    return true
  }

  /** As if somebody had pulled the plug: what had not reached the disk is lost. */
  async cutPower(): Promise<void> {
    await this.#kill()
    const after = join(this.#folder, 'disk-after')
    // what the file system still holds in memory is not in this copy, and goes nowhere when the old one is removed
    copySparse(this.#disk, after)
    execFileSync('umount', [this.#root])
    renameSync(after, this.#disk)
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    if (this.#first === 0) return
    await this.#kill()
    execFileSync('umount', [this.#root])
    rmSync(this.#disk)
  }

  async #kill(): Promise<void> {
    const container = this.#container!
    process.kill(this.#first, 'SIGKILL')
    if (container.exitCode === null && container.signalCode === null) await once(container, 'exit')
    this.#first = 0
  }
}

async function firstProcessOf(container: number): Promise<number> {
  const path = `/proc/${container}/task/${container}/children`
  for (let tries = 0; tries < 200; tries++) {
    const [first = ''] = existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ') : []
    // before it has entered its own root it is a copy of the container's manager
    if (first !== '' && readFileSync(`/proc/${first}/comm`, 'utf8').trim() === 'systemd') return Number(first)
    await wait(50)
  }
  throw new Error('systemd-nspawn did not start the machine')
}

function copySparse(from: string, to: string): void {
  execFileSync('cp', ['--sparse=always', from, to])
}
