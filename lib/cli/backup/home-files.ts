// What of a home is copied beside its journals: flows, logins, names, and the service's settings. Small files, each replaced as
// a whole, and only where it has changed.
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { secretVariables } from '../../appliance/config.ts'
import { passwordFile } from '../../appliance/login.ts'
import { selfSignedFile } from '../../appliance/setup/self-signed.ts'
import { storedFile } from '../../appliance/setup/stored.ts'
import type { Disk } from '../../journal/disk/disk.ts'
import { replaceFile } from '../../journal/disk/replace-file.ts'
import { errorCode } from '../../kit/errors.ts'
import { withoutLogin } from '../../kit/url-login.ts'
import { servicePaths } from '../service/unit.ts'

/** Files of the home, by name: the flow with its formats, rules and names, those of versions before, installed nodes. */
const homeFile = /^(flows.*\.json|package(-lock)?\.json|fieldlog-(version|installation))$/
/** What opens the logins of the flow, and the editor; what was set in the set-up page, with the broker's password; the key of the machine's own certificate. */
const secretFiles = ['credential-secret', passwordFile, storedFile, selfSignedFile]
/** Of a service, in a copy; their names are those of the variables. */
const serviceSecrets = secretVariables.map((name) => `secrets/${name}`)
/** Node-RED's library of a user */
const library = 'lib'

/** Where the service's settings are in a copy. */
const settingsName = 'fieldlog.env'

export interface HomeCopy {
  /** names of all that is in the copy now */
  names: string[]
  /** of these the ones that were written now */
  changed: number
}

/** @param env of the command: systemd hands the service's settings and secrets over by CREDENTIALS_DIRECTORY */
export async function copyHomeFiles(
  disk: Disk,
  home: string,
  target: string,
  { env, withSecrets }: { env: NodeJS.ProcessEnv; withSecrets: boolean },
): Promise<HomeCopy> {
  const files = new Map<string, Buffer>()
  const names = (await namesIn(home)).filter(
    (name) => homeFile.test(name) || (withSecrets && secretFiles.includes(name)),
  )
  for (const name of names) await take(files, name, join(home, name))
  for (const name of await namesBelow(join(home, library)))
    await take(files, join(library, name), join(home, library, name))
  if (resolve(home) === servicePaths.home) await takeSettings(files, env, withSecrets)
  // of an earlier backup that had them
  if (!withSecrets)
    for (const name of [...secretFiles, ...serviceSecrets]) await disk.remove(join(target, name))
  let changed = 0
  for (const [name, bytes] of files) {
    const path = join(target, name)
    if ((await readFile(path).catch(() => undefined))?.equals(bytes)) continue
    await disk.makeDirectory(dirname(path))
    await replaceFile(disk, path, bytes, { durable: true, onlyWriter: true })
    changed++
  }
  return { names: [...files.keys()], changed }
}

async function takeSettings(
  files: Map<string, Buffer>,
  env: NodeJS.ProcessEnv,
  withSecrets: boolean,
): Promise<void> {
  const handed = env.CREDENTIALS_DIRECTORY
  await take(files, settingsName, handed ? join(handed, 'settings') : servicePaths.settings)
  const text = files.get(settingsName)?.toString('utf8')
  if (!withSecrets) {
    if (text !== undefined) files.set(settingsName, Buffer.from(withoutSecrets(text)))
    return
  }
  for (const path of serviceSecrets) {
    const name = basename(path)
    await take(files, path, handed ? join(handed, `secret_${name}`) : join(servicePaths.secrets, name))
  }
}

/** Settings whose passwords are left out. */
export function withoutSecrets(settings: string): string {
  return withoutLogin(settings).replace(/^(\s*)(FIELDLOG_(?:MQTT_)?PASSWORD)=.*$/gm, '$1#$2=')
}

/** Not what is not there, or not for this user. */
async function take(files: Map<string, Buffer>, name: string, path: string): Promise<void> {
  try {
    files.set(name, await readFile(path))
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EISDIR'].includes(errorCode(error) ?? '')) throw error
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort()
}

/** Of files at any depth; none where there is no such folder. */
async function namesBelow(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { recursive: true })).sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
