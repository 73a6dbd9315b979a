// The journal directory that a subcommand is given.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { systemDisk } from '../../journal/disk/disk.ts'
import { journalPaths } from '../../journal/read/catalog.ts'
import { errorCode } from '../../kit/errors.ts'
import { CommandError } from '../command.ts'

/** Its absolute path. Throws where there is no such directory, or no journal in it. */
export async function journalDirectory(path: string): Promise<string> {
  const directory = resolve(path)
  try {
    if (!(await stat(directory)).isDirectory())
      throw new CommandError(`${path} is no directory: give the journal's directory`)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new CommandError(`there is no directory ${path}`)
    throw error
  }
  if (!(await hasFiles(directory))) {
    throw new CommandError(
      `${path} holds no journal (no file YYYY/YYYYMMDD.txt): give the journal's directory`,
    )
  }
  return directory
}

async function hasFiles(directory: string): Promise<boolean> {
  return (await journalPaths(systemDisk, directory)).length > 0
}
