// The programs that tests need from the system, and which test files need them: those that import, directly or
// through others, a module of test/support that starts the program. Everything else runs with Node alone.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { importedFiles } from './imports.ts'

/** Programs that a support module starts, with the Debian packages that have them. */
const needs: Record<string, Record<string, string>> = {
  // pairs of pseudo terminals
  'test/support/programs/pty.ts': { socat: 'socat' },
  // a real broker
  'test/support/programs/mosquitto.ts': { mosquitto: 'mosquitto' },
  // a browser
  'test/support/programs/editor.ts': { chromium: 'chromium' },
  // certificates
  'test/support/programs/certificates.ts': { openssl: 'openssl' },
  // a reader of journals in another language
  'test/support/programs/python.ts': { python3: 'python3' },
}

/** The programs that these test files need: name to Debian package. */
export function programsFor(root: string, testFiles: readonly string[]): Record<string, string> {
  const reached = importedFiles(root, testFiles)
  return Object.assign(
    {},
    ...Object.entries(needs).map(([module, programs]) => (reached.has(module) ? programs : {})),
  )
}

/**
 * Installs the Debian packages that these tests need and that are missing, as root (or by sudo without a password), or
 * names the line to run.
 */
export function installSystemPackages(root: string, testFiles: readonly string[]): void {
  const missing = Object.entries(programsFor(root, testFiles))
    .filter(([program]) => !onPath(program))
    .map(([, debianPackage]) => debianPackage)
  if (missing.length === 0) return
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const sudo = process.getuid?.() === 0 ? '' : 'sudo -n '
  process.stderr.write(`fieldlog: installing ${missing.join(', ')} …\n`)
  const result = spawnSync('sh', ['-c', `${sudo}apt-get update -q; ${sudo}${install} -q`], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (result.status !== 0) {
    process.stderr.write(`fieldlog: the tests need these packages; run: sudo ${install}\n`)
    process.exit(1)
  }
}

function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.some((folder) => existsSync(join(folder, program)))
}
