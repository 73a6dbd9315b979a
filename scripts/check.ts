// Types and lint, without tests.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Runs tsc and Biome over the whole tree; true when both are content. */
export function check(): boolean {
  const types = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], {
    cwd: root,
    stdio: 'inherit',
  })
  const lint = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'],
    { cwd: root, stdio: 'inherit' },
  )
  return types.status === 0 && lint.status === 0
}

if (import.meta.main) process.exit(check() ? 0 : 1)
