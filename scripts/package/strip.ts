// Takes the symbol table and the debugging information off a program: an eighth of Node.js. They lie behind all that is
// loaded, so a program is cut there; which is the same on every machine, as the output of `strip` is not.

const header = {
  machine: 18,
  programs: 32,
  sections: 40,
  programSize: 54,
  programCount: 56,
  sectionCount: 60,
}

/** @param program a 64-bit ELF file, little endian */
export function stripped(program: Buffer, machine: number): Buffer {
  const magic = program.subarray(0, 6).toString('latin1')
  if (magic !== '\x7fELF\x02\x01' || program.readUInt16LE(header.machine) !== machine) {
    throw new Error(`this is no 64-bit program for the machine ${machine}`)
  }
  const end = endOfLoaded(program)
  const cut = Buffer.from(program.subarray(0, end))
  // no table of sections: its place, and then the number of entries and which one has their names
  cut.writeBigUInt64LE(0n, header.sections)
  cut.writeUInt32LE(0, header.sectionCount)
  return cut
}

/** Behind the last byte that any program header names. */
function endOfLoaded(program: Buffer): number {
  const first = Number(program.readBigUInt64LE(header.programs))
  const size = program.readUInt16LE(header.programSize)
  const count = program.readUInt16LE(header.programCount)
  const ends = Array.from({ length: count }, (_, index) => {
    const at = first + index * size
    return Number(program.readBigUInt64LE(at + 8) + program.readBigUInt64LE(at + 32))
  })
  return Math.max(first + count * size, ...ends)
}
