// The sidecar `.clock`: what the user has confirmed of the journal's days. Lost, it is asked for again.
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { errorCode } from '../../kit/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { replaceFile } from '../disk/replace-file.ts'
import type { ConfirmedClock } from './age.ts'

const name = '.clock'

/** Undefined where nothing is confirmed, or the sidecar is not what was written. */
export async function readConfirmedClock(disk: Disk, directory: string): Promise<ConfirmedClock | undefined> {
  try {
    const file = await disk.open(join(directory, name), 'read')
    try {
      const text = (await file.read(0, await file.size())).toString('utf8')
      const json = text.slice(9, -1)
      return text === encoded(json) ? (JSON.parse(json) as ConfirmedClock) : undefined
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

export async function writeConfirmedClock(
  disk: Disk,
  directory: string,
  confirmed: ConfirmedClock,
): Promise<void> {
  const text = encoded(JSON.stringify({ seq: confirmed.seq, day: confirmed.day }))
  await replaceFile(disk, join(directory, name), Buffer.from(text), true)
}

function encoded(json: string): string {
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`
}
