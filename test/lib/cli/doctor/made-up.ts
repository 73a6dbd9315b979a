// A machine that a test has made up: its files, its programs, and a home with a flow and logins.
import { join } from 'node:path'
import { encryptCredentials } from '../../../../lib/appliance/home.ts'
import type { Machine } from '../../../../lib/cli/doctor/machine.ts'
import type { Clock } from '../../../../lib/kit/clock.ts'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { systemError } from '../../../support/memory-disk.ts'

export const home = '/home/pi/.fieldlog'

export class MadeUpMachine implements Machine {
  clock: Clock = { ...systemClock, wall: () => Date.UTC(2026, 10, 21, 12) }
  isRoot = false
  hostName = 'pi-4'
  homeDirectory = '/home/pi'
  /** by path; null: it may not be read */
  readonly files = new Map<string, string | null>()
  /** what a program prints, by its words */
  readonly programs = new Map<string, { status: number; out: string }>()
  rooms = { free: 20e9, total: 30e9 }
  portList: Awaited<ReturnType<Machine['ports']>> = []

  async read(path: string): Promise<string> {
    const text = this.files.get(path)
    if (text === null) throw systemError('EACCES', 'open', path)
    if (text === undefined) throw systemError('ENOENT', 'open', path)
    return text
  }

  async list(path: string): Promise<string[]> {
    const names = [...this.files.keys()].filter((file) => file.startsWith(`${path}/`))
    return [...new Set(names.map((file) => file.slice(path.length + 1).split('/')[0]!))]
  }

  async space(): Promise<{ free: number; total: number }> {
    return this.rooms
  }

  async run(...words: string[]): Promise<{ status: number; out: string } | undefined> {
    return this.programs.get(words.join(' ')) ?? this.programs.get(words.slice(0, 2).join(' '))
  }

  async ports() {
    return this.portList
  }

  /** A flow, and what its nodes keep apart. */
  flow(nodes: object[], credentials: object = {}, secret = 'the-key-of-the-credentials'): void {
    this.files.set(join(home, 'flows.json'), JSON.stringify(nodes))
    this.files.set(join(home, 'credential-secret'), `${secret}\n`)
    this.files.set(join(home, 'flows_cred.json'), JSON.stringify(encryptCredentials(credentials, secret)))
  }
}
