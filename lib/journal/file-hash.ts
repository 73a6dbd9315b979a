// The SHA-256 of a finished file, worked out in small steps.
import { createHash } from 'node:crypto'
import type { DiskFile } from './disk.ts'

const chunkSize = 1 << 20

/**
 * Hex, of the first `size` bytes; undefined where the file is shorter. `rest` is awaited between two steps.
 */
export async function sha256Of(
  file: DiskFile,
  size: number,
  rest: () => Promise<void> = async () => {},
): Promise<string | undefined> {
  const hash = createHash('sha256')
  for (let at = 0; at < size; ) {
    const chunk = await file.read(at, Math.min(chunkSize, size - at))
    if (chunk.length === 0) return undefined
    hash.update(chunk)
    at += chunk.length
    await rest()
  }
  return hash.digest('hex')
}
