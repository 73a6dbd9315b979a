// Types and lint of the whole tree, without tests.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const checks = [
  ['node_modules/typescript/bin/tsc'],
  ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
]
const statuses = checks.map(
  ([program, ...args]) =>
    spawnSync(process.execPath, [join(root, program!), ...args], { cwd: root, stdio: 'inherit' }).status,
)
process.exit(statuses.every((status) => status === 0) ? 0 : 1)
