import assert from 'node:assert/strict'
import { withoutLogin } from '../../../lib/kit/url-login.ts'

describe('kit: withoutLogin', () => {
  it('leaves the login of every URL out, whatever the password holds', () => {
    const cases = [
      ['mqtt://ann:p%40ss@host:1883', 'mqtt://host:1883'],
      ['cannot ask http://a:b@c/: no. See wss://u:x/y#z@q@d/e', 'cannot ask http://c/: no. See wss://d/e'],
      ['mqtts://host:8883/a', 'mqtts://host:8883/a'],
      ['write to me@example.org', 'write to me@example.org'],
      ['', ''],
    ]
    for (const [text, expected] of cases) assert.equal(withoutLogin(text ?? ''), expected)
  })
})
