import assert from 'node:assert/strict'
import { isNormalTarget, pathOf } from '../../../../lib/appliance/web/target.ts'

describe('appliance: request targets', () => {
  it('takes what the editor, dashboards and programs ask for', () => {
    const normal = [
      '/',
      '/?',
      '/comms',
      '/red/red.min.js?v=f3c',
      '/icons/@fieldlog/node-red-gateway/fieldlog-log.svg',
      '/fieldlog/journals/9f1.2/state?from=1&to=2',
      '/dashboard/socket.io/?EIO=4&transport=polling&t=abc.1',
      '/dashboard/page1/',
      '/context/flow/a1b2?store=default',
      '/credentials/mqtt%20in/abc',
      '/k%C3%BCche',
      '/a;v=1/(b)*[c]|d',
      '/.well-known/x',
      '/..x/x../...',
      '/search?q=a/../b//c%2Fd\\e',
      '/%25',
    ]
    for (const target of normal) assert.equal(isNormalTarget(target), true, target)
  })

  it('refuses every other way to write a path', () => {
    const refused = [
      '',
      '*',
      'comms',
      '?x=1',
      'http://localhost/comms',
      'HTTP://localhost/comms',
      'localhost:1880',
      '//comms',
      '/a//b',
      '/a//',
      '/a/../comms',
      '/a/./comms',
      '/..',
      '/.',
      '/a/..?x',
      '/a/%2e%2e/comms',
      '/a/%2E%2E/comms',
      '/a/.%2e/comms',
      '/a/%2e',
      '/a%2fb',
      '/a%2Fb',
      '/a%5cb',
      '/a%5Cb',
      '/a\\b',
      '/\\comms',
      '\\comms',
      '/%63omms',
      '/c%6Fmms',
      '/a%2Db',
      '/a%5Fb',
      '/a%7eb',
      '/%30',
      '/a%00',
      '/a%0d%0a',
      '/a%7f',
      '/a%',
      '/a%2',
      '/a%zz',
      '/%ff',
      '/%C3',
      '/%c0%ae%c0%ae/',
      '/a b',
      '/a\tb',
      '/a#b',
      '/a?b#c',
      '/a?b c',
      '/a?b\u0000',
      '/k\u00fcche',
      '/a?\u00e4',
      '/a"b',
      '/a<b>',
      '/a{b}',
      '/a^b',
      '/a`b',
    ]
    for (const target of refused) assert.equal(isNormalTarget(target), false, JSON.stringify(target))
  })

  it('takes time in proportion to the length', () => {
    const started = performance.now()
    assert.equal(isNormalTarget(`${'/a%2'.repeat(4000)}\\`), false)
    assert.equal(isNormalTarget(`${'/aaaaaaa'.repeat(2000)}\\`), false)
    assert.ok(performance.now() - started < 100)
  })

  it('splits at the first question mark', () => {
    assert.deepEqual([pathOf('/a?b?c'), pathOf('/a'), pathOf('/?')], ['/a', '/a', '/'])
  })
})
