// Each request that was sent to the original service, with its answer: ours is of the same class, a 4xx where the original
// gave a 500, or different on purpose.
import assert from 'node:assert/strict'
import { originalCases } from '../../support/http/energy-requests.ts'
import {
  type EnergyRuntime,
  endEnergyRuntime,
  startEnergyRuntime,
} from '../../support/http/energy-runtime.ts'
import { sendRequest } from '../../support/http/send.ts'

/** What ours takes, and why the original did not. */
const taken: Record<string, string> = {
  charset: 'a character set is no other type',
  'two lines': 'a line is an event',
  'right spelling Apparent': 'the right spellings count, too',
  'right spelling CoilReversed': 'the right spellings count, too',
  '1.75A': 'a current is no date',
  'text/plain': 'text is text on /log/parse, too',
  'Foo: A=10:30; B=2': 'a time of day without a date is text',
  'json object': 'an object need not be packed into a text',
  'json double, charset': 'a character set is no other type',
  'json alarm string': 'OFF is off in JSON, too',
  'json active string W': 'a number may have its own unit in JSON, too',
}

/** What ours refuses, and the original took. */
const refused: Record<string, string> = {
  'Foo: A=; B=2': 'a key without a value is an error',
  'Foo: 1; 1; Foo: 2': 'a section given twice is an error',
  'Foo: 1; A=2; 3': 'a key among bare values is an error',
  'Foo: ;;': 'a section without values is an error',
  'json active true': 'true is no number',
}

describe('fieldlog-http-body: the requests that the original service was asked', function () {
  this.timeout(60_000)
  let energy: EnergyRuntime

  before(async () => {
    energy = await startEnergyRuntime()
  })
  after(() => endEnergyRuntime(energy))

  for (const { route, case: name, contentType, request, requestBase64, status } of originalCases) {
    const wanted = name in taken ? 2 : name in refused ? 4 : status < 300 ? 2 : 4
    it(`${route}: ${JSON.stringify(name)} gives ${wanted}xx`, async () => {
      const answer = await sendRequest(`${energy.runtime.url}${route}`, {
        headers: contentType === null ? {} : { 'content-type': contentType },
        body: request ?? Buffer.from(requestBase64!, 'base64'),
      })
      assert.equal(Math.floor(answer.status / 100), wanted, answer.text)
      assert.ok(answer.body, `no JSON: ${answer.text}`)
      if (wanted === 4) {
        assert.equal(typeof answer.body.error, 'string')
        assert.equal(typeof answer.body.reason, 'string')
      }
    })
  }

  it('the words of the original are kept, with what and where behind them', async () => {
    const words = new Map<string, Record<string, unknown>>()
    for (const each of originalCases.filter(({ route }) => route === '/log/store')) {
      const answer = await sendRequest(`${energy.runtime.url}/log/store`, {
        headers: each.contentType === null ? {} : { 'content-type': each.contentType },
        body: each.request ?? Buffer.from(each.requestBase64!, 'base64'),
      })
      words.set(each.case, answer.body!)
    }
    assert.deepEqual(words.get('empty'), {
      error: 'Failed to parse event text.',
      reason: 'found no text, expected a line',
    })
    assert.deepEqual(words.get('Foo:'), {
      error: 'Failed to parse event text.',
      reason: 'found nothing in the section "Foo", expected values',
    })
    assert.equal(
      words.get('form')!.error,
      'Unable to decode content-type "application/x-www-form-urlencoded".',
    )
    assert.equal(words.get('no content type')!.error, 'Unable to decode content-type "None".')
    assert.deepEqual(words.get('nan'), {
      error: 'Unabled to extract all fields from the given data.',
      field: 'Power.Active',
      reason: 'found nothing at "Power.Active", expected a number',
    })
    assert.deepEqual(words.get('Alarm maybe'), {
      error: 'Unabled to extract all fields from the given data.',
      field: 'Alarms.CoilReversed',
      reason: 'found "maybe", expected true or false',
    })
    assert.equal(words.get('json string {}')!.error, 'Failed to decode json payload.')
  })
})
