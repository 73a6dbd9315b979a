// What an update, or the way back from one, leaves in the home and says at the start.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentVersion } from '../../migrate/migrate.ts'

export interface VersionedNode {
  id: string
  type: string
  name?: unknown
  version?: unknown
}

/** The version that ran last, in the home. */
const versionFile = 'fieldlog-version'

/**
 * At the first start of another version: keeps the flow as the one before has left it, beside it, with its
 * credentials. Returns the copy's name, or undefined where nothing had to be copied.
 */
export function keepFlow(home: string, version: string): string | undefined {
  const marker = join(home, versionFile)
  const before = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : 'before'
  if (before === version) return undefined
  // the name of a file, whatever stands in the marker
  const suffix = before.replaceAll(/[^\w.-]/g, '_')
  const names = ['flows', 'flows_cred'].filter((name) => existsSync(join(home, `${name}.json`)))
  for (const name of names) copyFileSync(join(home, `${name}.json`), join(home, `${name}-${suffix}.json`))
  writeFileSync(marker, `${version}\n`)
  return names.includes('flows') ? `flows-${suffix}.json` : undefined
}

/** What of a flow this version cannot read, because a newer one has saved it: a line for each node. */
export function newerNodes(flow: readonly VersionedNode[]): string[] {
  return flow.flatMap(({ id, type, name, version }) => {
    const known = currentVersion(type)
    if (typeof version !== 'number' || known === 0 || version <= known) return []
    return [
      `the node ${name || id} (${type}) was saved by a newer version of Fieldlog (form ${version}; this one reads up to ${known}): ` +
        'it runs with the settings that are known here; install the newer version again, or open the node and check it',
    ]
  })
}
