// Which programs have a device open. Linux tells this of a user's own programs, and root of all.
import { readdir, readFile, readlink } from 'node:fs/promises'

/** For each of the paths that programs have open, these in words: `minicom (process 1234) and this gateway`. */
export async function holdersOf(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(paths)
  const holders = new Map<string, string>()
  if (wanted.size === 0) return holders
  const processes = (await namesOf('/proc')).filter((name) => /^\d+$/.test(name))
  for (const id of processes) {
    for (const path of new Set(await openFiles(id))) {
      if (!wanted.has(path)) continue
      const others = holders.get(path)
      const holder = await describe(id)
      holders.set(path, others === undefined ? holder : `${others} and ${holder}`)
    }
  }
  return holders
}

async function openFiles(id: string): Promise<string[]> {
  const folder = `/proc/${id}/fd`
  const names = await namesOf(folder)
  // what is closed between the list and the look is not open
  return Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')))
}

async function describe(id: string): Promise<string> {
  if (Number(id) === process.pid) return 'this gateway'
  const name = await readFile(`/proc/${id}/comm`, 'utf8').catch(() => 'another program')
  return `${name.trim()} (process ${id})`
}

/** Empty where the folder has gone, is another user's, or the system has none such. */
function namesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}
