// The appliance with its second tab: energy sensors over HTTP, off by default, for this machine only or behind the login.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fieldlog } from '../lib/cli/helper.ts'
import { Gateway } from '../support/gateway.ts'
import { energyLineOf } from '../support/http/energy-requests.ts'
import { sendRequest } from '../support/http/send.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

for (const nodeRed of usualNodeReds) {
  describe(`energy sensors over HTTP (${nodeRed})`, function () {
    this.timeout(150_000)
    let gateway: Gateway
    const send = (headers: Record<string, string> = {}) =>
      sendRequest(`${gateway.url}log/store`, {
        headers: { 'content-type': 'text/plain', ...headers },
        body: energyLineOf(1),
      })

    afterEach(() => gateway.remove())

    it('are taken where FIELDLOG_HTTP is on, and are in the journal', async () => {
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_HTTP: 'on' } })
      const file = join(gateway.home, 'lines.txt')
      writeFileSync(file, Array.from({ length: 500 }, (_, i) => `${energyLineOf(i)}\n`).join(''))
      const store = `${gateway.url}log/store`
      const sent = await fieldlog(['send-lines', store, file, '--batch', '50', '--parallel', '4', '--json'])
      assert.equal(sent.status, 0, sent.stderr)
      assert.deepEqual(JSON.parse(sent.stdout).statuses, { 200: 10 })
      const cat = await fieldlog(['cat', join(gateway.home, 'energy-journal'), '--source', 'http'])
      assert.equal(cat.stdout.trim().split('\n').length, 500)
      const clusters = await sendRequest(`${gateway.url}clusters/summary`, { method: 'GET' })
      assert.deepEqual([clusters.status, clusters.text], [200, '{"clusters":[]}'])
      const foreign = await send({ host: 'gateway.example' })
      assert.equal(foreign.status, 403)
      const page = await send({ origin: 'https://page.example' })
      assert.equal(page.status, 403)
    })

    it('are clustered at the thousandth, and the summary has what its clients read', async () => {
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_HTTP: 'on' } })
      const file = join(gateway.home, 'lines.txt')
      writeFileSync(file, Array.from({ length: 1_000 }, (_, i) => `${energyLineOf(i)}\n`).join(''))
      const store = `${gateway.url}log/store`
      const sent = await fieldlog(['send-lines', store, file, '--batch', '100', '--parallel', '2'])
      assert.equal(sent.status, 0, sent.stderr)
      const rows = async () => {
        const { status, text } = await sendRequest(`${gateway.url}clusters/summary`, { method: 'GET' })
        assert.equal(status, 200)
        return (JSON.parse(text) as { clusters: Array<Record<string, number>> }).clusters
      }
      while ((await rows()).length === 0) await pause(200)
      const clusters = await rows()
      for (const row of clusters) {
        assert.deepEqual(Object.keys(row), [
          'label',
          'count',
          'avg_power_active_w',
          'avg_power_reactive_var',
          'avg_power_apparent_va',
          'avg_line_current_a',
          'avg_line_voltage_v',
        ])
      }
      assert.equal(
        clusters.reduce((sum, { count = 0 }) => sum + count, 0),
        1_000,
      )
      const labels = clusters.map(({ label = Number.NaN }) => label)
      assert.deepEqual(
        labels,
        labels.toSorted((a, b) => a - b),
      )
      await gateway.stop()
      const { home } = gateway
      gateway = await Gateway.start({ nodeRed, home })
      while ((await rows()).length === 0) await pause(200)
      assert.deepEqual(await rows(), clusters, 'it is there after a restart')
    })

    it('are taken behind the login where there is one', async () => {
      const env = { FIELDLOG_HTTP: 'on', FIELDLOG_PASSWORD: 'a-password' }
      gateway = await Gateway.start({ nodeRed, env })
      assert.equal((await send()).status, 401)
      const authorization = `Basic ${Buffer.from('admin:a-password').toString('base64')}`
      const { status, text } = await send({ authorization })
      assert.deepEqual([status, text], [200, '{}'])
    })

    it('are not taken by default, and a flow that is there stays as it is', async () => {
      gateway = await Gateway.start({ nodeRed })
      assert.equal((await send()).status, 404)
      await gateway.stop()
      const again = await Gateway.start({ nodeRed, home: gateway.home, env: { FIELDLOG_HTTP: 'on' } })
      await again.line(/^fieldlog: FIELDLOG_HTTP: your flow stays as it is; for HTTP import energy-sensors/)
      await again.remove()
    })
  })
}
