import assert from 'node:assert/strict'
import { join } from 'node:path'
import { testFilesIn } from '../../../scripts/suite/choose.ts'
import { programsFor } from '../../../scripts/suite/system-packages.ts'

const root = join(import.meta.dirname, '../../..')
const programs = (folder: string) => Object.keys(programsFor(root, testFilesIn(root, folder))).sort()

describe('the programs that tests need', () => {
  for (const folder of ['test/lib', 'test/structure', 'test/scripts', 'test/flows', 'test/delivery']) {
    it(`are none for ${folder}`, () => assert.deepEqual(programs(folder), []))
  }

  it('are those that the chosen tests reach through what they import', () => {
    assert.deepEqual(programs('test/system/serial'), ['socat'])
    assert.deepEqual(programs('test/system/mqtt'), ['mosquitto', 'openssl'])
    assert.deepEqual(programs('test/system/journal'), ['python3'])
    assert.deepEqual(programs('test/nodes/log'), [])
    assert.deepEqual(programs('test/nodes/mqtt-out'), ['mosquitto'])
  })

  it('are all for all tests', () => {
    assert.deepEqual(programs('test'), ['chromium', 'mosquitto', 'openssl', 'python3', 'socat'])
  })
})
