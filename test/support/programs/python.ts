// A program in Python, of its standard library alone.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

/** Runs a script to its end, which must be a good one; gives what it printed. */
export function runPython(script: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', [script, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  assert.equal(status, 0, stderr)
  return stdout
}
