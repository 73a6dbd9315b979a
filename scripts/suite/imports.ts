// Which files of the repository a source file imports, found in its text: our imports all stand in single quotes.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The files that one file imports, relative to the root. */
export function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/(?:\bfrom |\bimport |\bimport\()'(\.[^']+)'/g)].map(([, specifier]) =>
    join(dirname(file), specifier!),
  )
}

/** The given files and all that they import, directly or through others, relative to the root. */
export function importedFiles(root: string, files: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (file: string) => {
    if (found.has(file) || !existsSync(join(root, file))) return
    found.add(file)
    for (const next of importsOf(root, file)) visit(next)
  }
  for (const file of files) visit(file)
  return found
}
