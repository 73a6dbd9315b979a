// What the commands that ask a running gateway have in common.
import { readFileSync } from 'node:fs'
import { asError } from '../../kit/errors.ts'
import { CommandError, type Io, type OptionSpec, type OptionValues } from '../command.ts'
import { AdminApi } from './http.ts'

export const gatewayOptions: Record<string, OptionSpec> = {
  url: {
    type: 'string',
    value: 'URL',
    about: 'the gateway; default http://127.0.0.1:1880 (FIELDLOG_PORT)',
  },
  user: { type: 'string', value: 'NAME', about: 'log in; its password is in FIELDLOG_PASSWORD_FILE' },
  token: { type: 'string', value: 'TOKEN', about: 'an access token of Node-RED' },
}

/** Does the work with the gateway that the options name, and logs out where it had to log in. */
export async function withGateway<Result>(
  options: OptionValues,
  { env }: Io,
  work: (api: AdminApi) => Promise<Result>,
): Promise<Result> {
  const api = await AdminApi.open(given(options.url) ?? `http://127.0.0.1:${env.FIELDLOG_PORT || '1880'}`, {
    token: given(options.token) ?? env.FIELDLOG_TOKEN,
    user: given(options.user),
    password: passwordIn(env),
  })
  try {
    return await work(api)
  } finally {
    await api.close()
  }
}

/** A text that was given and is not empty. */
export function given(value: OptionValues[string]): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Of the file that FIELDLOG_PASSWORD_FILE names (its first line), or of FIELDLOG_PASSWORD. */
function passwordIn(env: Io['env']): string | undefined {
  const path = env.FIELDLOG_PASSWORD_FILE?.trim()
  if (!path) return env.FIELDLOG_PASSWORD
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/, 1)[0]
  } catch (error) {
    throw new CommandError(
      `FIELDLOG_PASSWORD_FILE names ${path}, which cannot be read: ${asError(error).message}`,
    )
  }
}
