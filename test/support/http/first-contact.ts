// A gateway that others can reach and that has no password yet, for the tests of the first contact.
import type { Gateway } from '../gateway.ts'

export const outside = { FIELDLOG_HOST: '0.0.0.0', FIELDLOG_SETUP: 'on', FIELDLOG_GATEWAY: '' }
export const passwordPath = '/fieldlog/setup/api/password'

/** Where this machine reaches it. */
export const urlOf = (gateway: Gateway) => gateway.url.replace('0.0.0.0', '127.0.0.1')
