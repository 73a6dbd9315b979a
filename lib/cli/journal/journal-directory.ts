// The journal directory that a subcommand is given, or that of the home folder.
import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemDisk } from '../../journal/disk/disk.ts'
import { journalPaths } from '../../journal/read/catalog.ts'
import { errorCode } from '../../kit/errors.ts'
import { CommandError } from '../command.ts'

/** The home folder of the gateway of this user. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  return env.FIELDLOG_HOME?.trim() || join(homedir(), '.fieldlog')
}

/** Where that gateway keeps its journal unless its panel says otherwise. */
export function homeJournal(env: NodeJS.ProcessEnv): string {
  return join(homeOf(env), 'journal')
}

/**
 * Its absolute path. Throws where there is no such directory, or no journal in it.
 * @param given what the user said; that of the home folder where it is undefined
 */
export async function journalDirectory(given: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  const path = given ?? homeJournal(env)
  const directory = resolve(path)
  try {
    if (!(await stat(directory)).isDirectory())
      throw new CommandError(`${path} is no directory: give the journal's directory`)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      const advice = given === undefined ? ": give the journal's directory, or set FIELDLOG_HOME" : ''
      throw new CommandError(`there is no directory ${path}${advice}`)
    }
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
