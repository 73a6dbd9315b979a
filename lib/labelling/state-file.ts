// What a label node's rules remember, beside the journal that it can be made again from.
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Disk } from '../journal/disk/disk.ts'
import { errorCode } from '../kit/errors.ts'
import type { StoredMemory } from '../predicates/judge/labeller.ts'

export interface StoredState {
  /** the rule set's hash: what other rules remembered is of no use */
  rules: string
  /** the highest seq that it includes */
  seq: number
  /** id of that event, which says of which journal: a seq alone does not; absent in files of before */
  id?: string
  memory: StoredMemory
}

const version = 1

/** One file: a checksum and JSON in one line, replaced as a whole. */
export class StateFile {
  readonly #disk: Disk
  readonly #path: string

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
  }

  /** Undefined where there is none, or where it is damaged: it can be made again from the journal. */
  async read(): Promise<StoredState | undefined> {
    try {
      const file = await this.#disk.open(this.#path, 'read')
      try {
        return parse((await file.read(0, await file.size())).toString('utf8'))
      } finally {
        await file.close()
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** @param memory the labeller's memory as JSON. Throws what the disk throws; the old state stays then. */
  async write({ rules, seq, id }: Omit<StoredState, 'memory'>, memory: string): Promise<void> {
    const json = `{"version":${version},"rules":"${rules}","seq":${seq},${id === undefined ? '' : `"id":${JSON.stringify(id)},`}"memory":${memory}}`
    const next = `${this.#path}.new`
    await this.#disk.remove(next)
    const file = await this.#disk.open(next, 'create')
    try {
      await file.write(Buffer.from(`${checksum(json)} ${json}\n`), 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#disk.rename(next, this.#path)
    await this.#disk.syncDirectory(dirname(this.#path))
  }

  async remove(): Promise<void> {
    await this.#disk.remove(this.#path)
  }
}

function parse(text: string): StoredState | undefined {
  const json = text.slice(9, -1)
  if (text.slice(0, 8) !== checksum(json)) return undefined
  const state = JSON.parse(json) as StoredState & { version: number }
  return state.version === version ? state : undefined
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
