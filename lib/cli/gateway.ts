// What the commands that ask a running gateway have in common.
import type { Io, OptionSpec, OptionValues } from './command.ts'
import { AdminApi } from './http.ts'

export const gatewayOptions: Record<string, OptionSpec> = {
  url: {
    type: 'string',
    value: 'URL',
    about: 'the gateway; default http://127.0.0.1:1880 (FIELDLOG_PORT)',
  },
  user: { type: 'string', value: 'NAME', about: 'log in' },
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
    password: env.FIELDLOG_PASSWORD,
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
