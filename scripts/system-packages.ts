// What the tests need from the system: a pty pair (socat), a real broker (Mosquitto), a browser (Chromium),
// certificates (openssl), a reader of journals in another language (python3).
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const programs = {
  socat: 'socat',
  mosquitto: 'mosquitto',
  mosquitto_sub: 'mosquitto-clients',
  chromium: 'chromium',
  openssl: 'openssl',
  python3: 'python3',
}

/** Installs the missing Debian packages as root (or by sudo without a password), or names the line to run. */
export function installSystemPackages(): void {
  const missing = Object.entries(programs)
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
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  return folders.some((folder) => existsSync(join(folder, program)))
}
