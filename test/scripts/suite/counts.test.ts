import assert from 'node:assert/strict'
import { type Counts, outcomeOf, type ProcessEnd, totalOf } from '../../../scripts/suite/counts.ts'

const counts = (over: Partial<Counts> = {}): Counts => ({
  passes: 3,
  failures: 0,
  pending: 0,
  failed: [],
  skipped: [],
  ...over,
})
const end = (over: Partial<ProcessEnd> = {}): ProcessEnd => ({
  status: 0,
  signal: null,
  mayBeEmpty: false,
  ...over,
})
const total = (ended: ProcessEnd, counted?: Counts) => totalOf([outcomeOf('lib', ended, counted)])

describe('the count of a test run', () => {
  it('adds up what passed in each process', () => {
    const outcomes = [outcomeOf('lib', end(), counts()), outcomeOf('nodes', end(), counts({ passes: 4 }))]
    assert.deepEqual(totalOf(outcomes), { passed: 7, failed: 0, complaints: [] })
  })

  it('counts a failed test once, and names it', () => {
    const failed = counts({ failures: 1, failed: ['a b'] })
    assert.deepEqual(total(end({ status: 1 }), failed), {
      passed: 3,
      failed: 1,
      complaints: ['failed: a b (lib)'],
    })
  })

  it('takes a skipped test for a failure', () => {
    assert.deepEqual(total(end(), counts({ pending: 1, skipped: ['a'] })), {
      passed: 3,
      failed: 1,
      complaints: ['skipped, which is not allowed: a (lib)'],
    })
  })

  it('takes a process without a count for a failure', () => {
    assert.deepEqual(total(end({ status: null, signal: 'SIGSEGV' })), {
      passed: 0,
      failed: 1,
      complaints: ['lib: it ended with SIGSEGV before its tests did'],
    })
  })

  it('takes a status that no failed test explains for a failure', () => {
    assert.deepEqual(total(end({ status: 7 }), counts()), {
      passed: 3,
      failed: 1,
      complaints: ['lib: it ended with status 7, though no test failed'],
    })
  })

  it('takes a process that hung in a test for a failure', () => {
    const hung = end({ status: null, signal: 'SIGKILL', hungFor: 900_000 })
    assert.deepEqual(total(hung).complaints, ['lib: it was killed after 900 s: a test hung'])
  })

  it('takes a process that its reporter ended after its tests for a failure', () => {
    assert.deepEqual(total(end({ status: 86 }), counts()), {
      passed: 3,
      failed: 1,
      complaints: ['lib: something kept the process alive after its tests, as its output says'],
    })
  })

  it('takes a process that hung after its tests for a failure', () => {
    const hung = end({ status: null, signal: 'SIGKILL', hungFor: 900_000 })
    assert.deepEqual(total(hung, counts()), {
      passed: 3,
      failed: 1,
      complaints: ['lib: it was killed after 900 s: all its tests ran, but something kept the process alive'],
    })
  })

  it('takes a process without a test for a failure', () => {
    assert.deepEqual(total(end(), counts({ passes: 0 })), {
      passed: 0,
      failed: 1,
      complaints: ['lib: it ran no test'],
    })
  })

  it('lets a process be without a test where only some were wanted', () => {
    const outcomes = [
      outcomeOf('lib', end({ mayBeEmpty: true }), counts({ passes: 0 })),
      outcomeOf('nodes', end({ mayBeEmpty: true }), counts()),
    ]
    assert.deepEqual(totalOf(outcomes), { passed: 3, failed: 0, complaints: [] })
  })

  it('takes a run without any test for a failure', () => {
    assert.deepEqual(total(end({ mayBeEmpty: true }), counts({ passes: 0 })), {
      passed: 0,
      failed: 1,
      complaints: ['no test was run'],
    })
  })
})
