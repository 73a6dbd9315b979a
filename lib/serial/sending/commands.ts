// Commands that harm a JeeLink, read as its firmware reads them.

/** What a command would do, for a sentence that begins with the command. */
const harmful: Readonly<Record<string, string>> = {
  e: 'erases a block of the flash memory',
  w: 'wipes the flash memory',
  z: 'powers the collector off',
  i: 'changes the node id in its settings',
  b: 'changes the band in its settings',
  g: 'changes the group in its settings',
  o: 'changes the frequency offset in its settings',
  c: 'changes the collect mode in its settings',
  q: 'changes the quiet mode in its settings',
  x: 'changes the output format in its settings',
}

/**
 * The first harmful command in what is to be sent, with what it would do; undefined where there is none. A JeeLink
 * reads numbers and commas, skips blanks and line ends, and takes each letter for a command. It keeps a number until
 * a letter comes, be that in a later message, so a harmful letter without a number counts, too.
 */
export function harmIn(data: string | Buffer): string | undefined {
  const text = typeof data === 'string' ? data : data.toString('latin1')
  let numbers = ''
  for (const character of text) {
    const does = Object.hasOwn(harmful, character) ? harmful[character] : undefined
    if (does !== undefined) return `"${numbers}${character}" ${does}`
    if (/[\d,]/.test(character)) numbers += character
    else if (character > ' ') numbers = ''
  }
  return undefined
}
