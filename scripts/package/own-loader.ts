// Makes a program of Debian run with the libraries that lie beside it, whatever the system's are.

const header = { machine: 18, programs: 28, programSize: 42, programCount: 44 }
const interpreter = 3
const dynamic = 2
/** Tags of the dynamic section: where libraries are looked for, by the program alone, or by its libraries, too. */
const runPath = 29
const searchPath = 15

interface Segment {
  /** of its entry in the table */
  at: number
  type: number
  offset: number
  size: number
}

/**
 * @param program a 32-bit ELF file, little endian, that looks for its libraries in `../lib`
 * @param loader the absolute path of the loader that the kernel is to start it with
 */
export function withOwnLoader(program: Buffer, machine: number, loader: string): Buffer {
  const magic = program.subarray(0, 6).toString('latin1')
  if (magic !== '\x7fELF\x01\x01' || program.readUInt16LE(header.machine) !== machine) {
    throw new Error(`this is no 32-bit program for the machine ${machine}`)
  }
  const path = Buffer.from(`${loader}\0`)
  const changed = Buffer.concat([program, path])
  const { at } = segmentOf(program, interpreter)
  // only the kernel reads the path from the file; the loader knows itself by the old one, which stays in memory
  changed.writeUInt32LE(program.length, at + 4)
  changed.writeUInt32LE(path.length, at + 16)
  searchForAll(changed, segmentOf(program, dynamic))
  return changed
}

/** Libraries of libraries are looked for in the same place: OpenSSL's, and those of native modules. */
function searchForAll(program: Buffer, { offset, size }: Segment): void {
  for (let at = offset; at < offset + size; at += 8) {
    if (program.readUInt32LE(at) !== runPath) continue
    program.writeUInt32LE(searchPath, at)
    return
  }
  throw new Error('the program does not say where its libraries are: Debian builds it otherwise now')
}

function segmentOf(program: Buffer, type: number): Segment {
  const first = program.readUInt32LE(header.programs)
  const size = program.readUInt16LE(header.programSize)
  const found = Array.from(
    { length: program.readUInt16LE(header.programCount) },
    (_, index) => first + index * size,
  )
    .map((at) => ({
      at,
      type: program.readUInt32LE(at),
      offset: program.readUInt32LE(at + 4),
      size: program.readUInt32LE(at + 16),
    }))
    .find((segment) => segment.type === type)
  if (!found) throw new Error(`the program has no segment of type ${type}`)
  return found
}

/** Other paths in place of those that are built in. Slashes fill what the new one is shorter; no two may overlap. */
export function withPaths(library: Buffer, paths: Record<string, string>): Buffer {
  const changed = Buffer.from(library)
  for (const [from, to] of Object.entries(paths)) {
    const at = changed.indexOf(`\0${from}\0`)
    if (at < 0) throw new Error(`the library does not name ${from}: Debian builds it otherwise now`)
    if (to.length > from.length) throw new Error(`${to} is longer than ${from}, whose place it takes`)
    const name = to.slice(to.lastIndexOf('/') + 1)
    const padded = to.slice(0, -name.length).padEnd(from.length - name.length, '/') + name
    changed.write(padded, at + 1)
  }
  return changed
}
