// How the test files are divided among mocha processes: a few files each, so that two processes side by side have
// about the same to do, however many tests there will be.

/** One mocha process. */
export interface Job {
  /** for its headline */
  name: string
  files: string[]
  /** alias in node_modules of the Node-RED that its tests run in */
  nodeRed: string
}

/**
 * Folders of test/ in the order in which their jobs start, with the most files a process. What takes longest starts
 * first, so that nothing long is left over at the end. The first entry that fits a file is its folder.
 */
const parts: Array<[folder: string, mostFiles: number]> = [
  ['test/e2e', 1],
  ['test/outages', 1],
  ['test/delivery', 1],
  ['test/lib/journal/recover', 3],
  ['test/system', 4],
  ['test/nodes', 6],
  ['test/lib/journal', 16],
  ['test/lib', 16],
  ['test', 16],
]

/** The jobs that run these files, each file once. */
export function jobsFor(files: readonly string[], nodeRed: string): Job[] {
  const left = new Set(files)
  return parts.flatMap(([folder, mostFiles]) => {
    const own = [...left].filter((file) => file.startsWith(`${folder}/`))
    for (const file of own) left.delete(file)
    return chunks(own, mostFiles).map((some, index, all) => ({
      name: nameOf(folder, some, index, all.length),
      files: some,
      nodeRed,
    }))
  })
}

/** Chunks of nearly the same length, in order. */
function chunks(files: string[], most: number): string[][] {
  const count = Math.ceil(files.length / most)
  return Array.from({ length: count }, (_, index) =>
    files.slice(Math.floor((index * files.length) / count), Math.floor(((index + 1) * files.length) / count)),
  )
}

function nameOf(folder: string, files: string[], index: number, count: number): string {
  if (files.length === 1) return files[0]!
  return count === 1 ? folder : `${folder} (${index + 1} of ${count})`
}
