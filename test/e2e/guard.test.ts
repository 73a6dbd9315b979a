// Raw request lines against a gateway with a login and a real Dashboard, whose socket.io takes requests and upgrades
// off the server before Express sees them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { basic, request, statusOf, websocket } from '../support/attack/raw-http.ts'
import { Gateway } from '../support/gateway.ts'

const dashboard = '@flowfuse/node-red-dashboard@1.31.0'
const io = '/dashboard/socket.io/'
const poll = `${io}?EIO=4&transport=polling`
const socket = `${io}?EIO=4&transport=websocket`

/** A dashboard with one button, and pages that flows serve. */
const flow = [
  { id: 'tab', type: 'tab', label: 'Dashboard' },
  { id: 'base', type: 'ui-base', name: 'd', path: '/dashboard', includeClientData: true },
  { id: 'theme', type: 'ui-theme', name: 't', colors: {}, sizes: {} },
  {
    id: 'page',
    type: 'ui-page',
    name: 'p',
    ui: 'base',
    path: '/p',
    layout: 'grid',
    theme: 'theme',
    visible: true,
  },
  { id: 'group', type: 'ui-group', name: 'g', page: 'page', width: '6', height: '1', visible: true },
  { id: 'button', type: 'ui-button', z: 'tab', group: 'group', label: 'press', wires: [[]] },
  { id: 'in', type: 'http in', z: 'tab', url: '/served', method: 'get', wires: [['out']] },
  { id: 'out', type: 'http response', z: 'tab', statusCode: '', headers: {}, wires: [] },
]

/** Not in normal form: 400, as request and as upgrade, with and without the login. */
const malformed = [
  `${io}../../comms?EIO=4&transport=%77ebsocket`,
  `${io}../../comms?EIO=4&transport=websocket`,
  `${io}../../comms`,
  `${io}../../`,
  `${io}../../red/x?EIO=4&transport=websocket`,
  `/red/../dashboard/socket.io/?EIO=4&transport=websocket`,
  `/red/..${poll}`,
  `/red/%2e%2e${socket}`,
  `/red/%2E%2e${poll}`,
  `/red/.%2e${socket}`,
  `/red/%2e.${socket}`,
  `/./dashboard/socket.io/?EIO=4&transport=websocket`,
  `/%2e/dashboard/socket.io/?EIO=4&transport=polling`,
  `/dashboard/./socket.io/?EIO=4&transport=websocket`,
  `/dashboard/x/../socket.io/?EIO=4&transport=polling`,
  `/${socket}`,
  `/${poll}`,
  `/dashboard//socket.io/?EIO=4&transport=websocket`,
  `${io}/?EIO=4&transport=websocket`,
  `///dashboard/socket.io/?EIO=4&transport=polling`,
  '//comms',
  '//localhost/comms',
  '/comms//',
  '/comms/..',
  '/comms/.',
  '/x/../comms',
  '/%63omms',
  '/comm%73',
  '/comms%2f',
  '/comms%2F..%2Fdashboard',
  '/comms%00',
  '/comms%5c',
  '\\comms',
  '/\\comms',
  '/comms\\',
  `/dashboard\\socket.io\\?EIO=4&transport=websocket`,
  `\\dashboard/socket.io/?EIO=4&transport=websocket`,
  `/dashboard%2fsocket.io/?EIO=4&transport=websocket`,
  `/dashboard%5csocket.io/?EIO=4&transport=polling`,
  `/dashboard/socket%2eio/?EIO=4&transport=websocket`,
  `/%64ashboard/socket.io/?EIO=4&transport=polling`,
  `http://localhost${socket}`,
  `http://localhost${poll}`,
  'http://localhost/comms',
  `http://evil.example/comms`,
  `HTTP://localhost/red/x`,
  `ws://localhost${socket}`,
  '*',
  'comms',
  `${socket}#/comms`,
  '/comms#x',
  '/red/..%2fserved',
  '/red/%2e%2e/served',
  '/red/..;/%zz',
  '/red/%c0%ae%c0%ae/served',
  '/served%',
  '/serv\u00e9d',
]

/** In normal form: nothing without the login. */
const closed = [
  poll,
  socket,
  `${io}?EIO=4&transport=%77ebsocket`,
  `${io}?EIO=4&transport=%70olling`,
  `${io}?EIO=4&%74ransport=polling`,
  `${io}?EIO=3`,
  io,
  '/dashboard/socket.io',
  '/dashboard/socket.iox/?EIO=4&transport=polling',
  '/DASHBOARD/SOCKET.IO/?EIO=4&transport=polling',
  '/dashboard',
  '/dashboard/p',
  '/dashboard/_setup',
  '/served',
  '/served/',
  '/SERVED',
  '/served?x=/red/a',
  '/comms/',
  '/comms?EIO=4&transport=websocket',
  '/Comms',
  '/flows',
  '/settings',
  '/nodes',
  '/auth/revoke',
  '/red',
  '/RED/red.min.js',
]

describe('the guard before a real dashboard', function () {
  this.timeout(240_000)
  let home: string
  let gateway: Gateway

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-guard-'))
    writeFileSync(join(home, 'package.json'), '{"name":"user","private":true}')
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow))
    const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
    execFileSync('npm', ['install', ...options, dashboard], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    gateway = await Gateway.start({ home, env: { FIELDLOG_PASSWORD: 'open sesame' } })
  })
  after(async () => {
    await (gateway as Gateway | undefined)?.remove()
    rmSync(home, { recursive: true, force: true })
  })

  it('lets those who have logged in use it', async () => {
    const login = basic('open sesame')
    assert.ok(existsSync(join(home, 'node_modules/@flowfuse/node-red-dashboard')))
    assert.equal(await statusOf(gateway.url, request(poll, login)), 200)
    assert.equal(await statusOf(gateway.url, request(socket, { ...websocket, ...login })), 101)
    assert.equal(await statusOf(gateway.url, request('/served', login)), 200)
    assert.equal(await statusOf(gateway.url, request('/dashboard/p', login)), 200)
    assert.equal(await statusOf(gateway.url, request('/comms', websocket)), 101)
    assert.equal(await statusOf(gateway.url, request('/')), 200)
    assert.equal(await statusOf(gateway.url, request('/red/red.min.js')), 200)
  })

  it(`refuses ${malformed.length} targets that are not in normal form, whoever asks`, async () => {
    for (const target of malformed) {
      for (const headers of [
        {},
        websocket,
        basic('open sesame'),
        { ...websocket, ...basic('open sesame') },
      ]) {
        assert.equal(await statusOf(gateway.url, request(target, headers)), 400, target)
      }
    }
    assert.equal(await statusOf(gateway.url, request('/a b')), 400)
    // nobody listens for tunnels, so Node.js closes the connection
    assert.equal(await statusOf(gateway.url, request('localhost:1880', {}, 'CONNECT')), 0)
  })

  it(`opens none of ${closed.length} others without the login`, async () => {
    for (const target of closed) {
      for (const method of ['GET', 'POST']) {
        assert.equal(
          await statusOf(gateway.url, request(target, { 'content-length': '0' }, method)),
          401,
          target,
        )
      }
      assert.equal(await statusOf(gateway.url, request(target, websocket)), 401, target)
    }
    assert.equal(await statusOf(gateway.url, request('/auth/token', { 'content-length': '0' }, 'POST')), 400)
  })
})
