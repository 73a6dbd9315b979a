import assert from 'node:assert/strict'
import { defaultRows, StepWords, soundRows } from '../../../lib/timing/words.ts'

describe('words of steps', () => {
  it('mean the same in upper and lower case, and points belong to no span', () => {
    const words = new StepWords(defaultRows)
    const roles = (category: string, steps: string) =>
      steps.split(' ').map((step) => words.roleOf(category, step))
    assert.deepEqual(roles('BOOT', 'START start Begin STARTING connecting'), Array(5).fill('begin'))
    assert.deepEqual(roles('BOOT', 'STOP end Done READY connected bound STOPPED'), Array(7).fill('end'))
    assert.deepEqual(roles('BOOT', 'ONE single UNI'), Array(3).fill('point'))
    assert.deepEqual(roles('BOOT', 'renew STARTED'), ['step', 'step'])
    assert.deepEqual(roles('controller', 'resolving connecting ready stopped'), [
      'step',
      'begin',
      'end',
      'step',
    ])
    assert.deepEqual(roles('WIFI_LINK', 'connected disconnected roaming'), ['step', 'step', 'step'])
  })

  it('are those of the row for the category, else of the row *, else the usual ones', () => {
    const rows = [
      { category: '*', begins: 'go', ends: 'halt', limit: 9 as const },
      { category: 'BOOT', begins: 'init, up', ends: '', limit: 0.5 as const },
    ]
    const words = new StepWords(rows)
    assert.deepEqual(
      ['UP', 'STOP', 'GO'].map((step) => words.roleOf('boot', step)),
      ['begin', 'end', 'step'],
    )
    assert.deepEqual(
      ['Go', 'HALT', 'START'].map((step) => words.roleOf('OTHER', step)),
      ['begin', 'end', 'step'],
    )
    assert.deepEqual([words.limitOf('BOOT'), words.limitOf('OTHER')], [500, 9_000])
    assert.deepEqual(
      [new StepWords([]).roleOf('X', 'START'), new StepWords([]).limitOf('X')],
      ['begin', 300_000],
    )
  })

  it('are checked row by row; those that are right are used', () => {
    const { rows, problems } = soundRows([
      { category: ' BOOT ', begins: 'init', ends: null, limit: '12' },
      { category: '', begins: 'a', ends: 'b' },
      { category: 'boot' },
      { category: 'A', begins: 'x stop', ends: '' },
      { category: 'B', limit: 0 },
      { category: 'C', limit: 'soon' },
      7,
    ])
    assert.deepEqual(rows, [{ category: 'BOOT', begins: 'init', ends: '', limit: 12 }])
    assert.deepEqual(
      problems.map(({ text }) => text),
      [
        'row 2: The category is missing; * stands for all that have no row of their own.',
        'row 3: There is a row for boot already.',
        'row 4: STOP cannot begin a span and end one.',
        'row 5: The limit must be a number of seconds from 0.001 to 604800, or empty.',
        'row 6: The limit must be a number of seconds from 0.001 to 604800, or empty.',
        'row 7: The category is missing; * stands for all that have no row of their own.',
      ],
    )
    assert.deepEqual(soundRows('none'), { rows: [], problems: [] })
    assert.equal(soundRows(Array.from({ length: 201 }, (_, i) => ({ category: `C${i}` }))).problems.length, 1)
  })
})
