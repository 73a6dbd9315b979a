// Puts a small file in place as a whole, at once, where a start or a deploy cannot wait.
import { renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Readers see the old file or the new one, never a part, and so it is after a power cut. Throws what the system says; the old one
 * stays then. Nobody else may write the file meanwhile.
 * @param mode before the umask
 */
export function putFile(path: string, text: string, mode = 0o666): void {
  const temporary = `${path}.new`
  // the mode counts only for a file that is new
  rmSync(temporary, { force: true })
  try {
    writeFileSync(temporary, text, { mode, flush: true })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
