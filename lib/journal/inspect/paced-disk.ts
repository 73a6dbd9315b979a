// A disk for work that must not be felt: between reads it rests, and so does whoever reads.
import type { Disk, DiskFile } from '../disk/disk.ts'

export interface Pace {
  /** part of the time in which there is work, above 0 to 1 */
  share: number
  /** ms of work after which there is a rest */
  slice: number
  /** ms, monotonic */
  now(): number
  rest(ms: number): Promise<unknown>
}

/** For reading only: what writes goes through as it is. */
export function pacedDisk(disk: Disk, { share, slice, now, rest }: Pace): Disk {
  let began = now()
  const pause = async () => {
    const worked = now() - began
    if (worked < slice) return
    await rest(worked * (1 / share - 1))
    began = now()
  }
  const paced = (file: DiskFile): DiskFile => ({
    async read(position, length) {
      await pause()
      return file.read(position, length)
    },
    size: () => file.size(),
    write: (bytes, position) => file.write(bytes, position),
    sync: () => file.sync(),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  })
  return {
    open: async (path, mode) => paced(await disk.open(path, mode)),
    stat: (path) => disk.stat(path),
    list: (path) => disk.list(path),
    makeDirectory: (path) => disk.makeDirectory(path),
    syncDirectory: (path) => disk.syncDirectory(path),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    freeSpace: (path) => disk.freeSpace(path),
  }
}
