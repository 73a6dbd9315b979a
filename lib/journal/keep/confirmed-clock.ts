// The sidecar `.clock`: what the user has confirmed of the journal's days. Where it is lost, it is asked for again.
import { join } from 'node:path'
import type { Disk } from '../disk/disk.ts'
import { readSealed, writeSealed } from '../disk/sealed-file.ts'
import type { ConfirmedClock } from './age.ts'

const name = '.clock'

/** Undefined where nothing is confirmed, or the sidecar is damaged. */
export async function readConfirmedClock(disk: Disk, directory: string): Promise<ConfirmedClock | undefined> {
  const json = await readSealed(disk, join(directory, name))
  return json === undefined ? undefined : (JSON.parse(json) as ConfirmedClock)
}

export function writeConfirmedClock(
  disk: Disk,
  directory: string,
  { seq, day }: ConfirmedClock,
): Promise<void> {
  return writeSealed(disk, join(directory, name), JSON.stringify({ seq, day }), { durable: true })
}
