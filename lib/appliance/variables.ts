// Every variable of the environment that the appliance reads, for the settings file of the service. What they do is in
// config.ts; ../../README.md, "Settings", has the same list, and a test compares the three.

export interface Variable {
  name: string
  /** what holds where it is not set; '' where nothing does */
  fallback: string
  /** one or two sentences */
  about: string
}

export const variables: readonly Variable[] = [
  {
    name: 'FIELDLOG_HOME',
    fallback: '~/.fieldlog',
    about: "Node-RED's user directory; the journal is in journal/.",
  },
  {
    name: 'FIELDLOG_SERIAL',
    fallback: 'demo:',
    about:
      'A device path, usb:vendor:product[:serial number], tcp://host:port, telnet://host:port, rfc2217://host:port, demo:, or replay:file.',
  },
  { name: 'FIELDLOG_BAUD', fallback: '57600', about: 'Bits a second.' },
  {
    name: 'FIELDLOG_MQTT',
    fallback: '',
    about:
      'An mqtt://, mqtts://, ws:// or wss:// URL; without it a broker runs inside, for this machine only.',
  },
  { name: 'FIELDLOG_MQTT_USER', fallback: '', about: 'The user at the broker.' },
  {
    name: 'FIELDLOG_MQTT_PASSWORD',
    fallback: '',
    about: 'The password at the broker. Others may see it here: use FIELDLOG_MQTT_PASSWORD_FILE.',
  },
  { name: 'FIELDLOG_MQTT_PASSWORD_FILE', fallback: '', about: 'A file whose first line is that password.' },
  {
    name: 'FIELDLOG_MQTT_CA',
    fallback: '',
    about: "A file with the CA that signed the broker's certificate; without it the system's list counts.",
  },
  { name: 'FIELDLOG_MQTT_PORT', fallback: '1883', about: 'The port of the embedded broker.' },
  {
    name: 'FIELDLOG_GATEWAY',
    fallback: '',
    about: "The gateway's id, in topics and messages; the host name where it is not set.",
  },
  {
    name: 'FIELDLOG_HOMEASSISTANT',
    fallback: 'off',
    about:
      'on: the flow of the first start announces the gateway and its devices, so that Home Assistant finds them at the broker.',
  },
  {
    name: 'FIELDLOG_HOST',
    fallback: '127.0.0.1',
    about: 'Where the editor and all other HTTP is; 0.0.0.0 lets other machines in, with a login.',
  },
  { name: 'FIELDLOG_PORT', fallback: '1880', about: 'The port of the editor and all other HTTP.' },
  {
    name: 'FIELDLOG_TLS_CERT',
    fallback: '',
    about:
      'A file with a certificate (PEM, with those between it and its CA) for the editor and all other HTTP, which is https then; self: the machine makes its own.',
  },
  { name: 'FIELDLOG_TLS_KEY', fallback: '', about: 'A file with its key (PEM), without a passphrase.' },
  {
    name: 'FIELDLOG_PASSWORD',
    fallback: '',
    about: 'The password of the user admin. Others may see it here: use FIELDLOG_PASSWORD_FILE.',
  },
  { name: 'FIELDLOG_PASSWORD_FILE', fallback: '', about: 'A file whose first line is that password.' },
  {
    name: 'FIELDLOG_SETUP',
    fallback: 'off',
    about:
      'on: where others can reach the gateway and no password is given, the first one is chosen in the set-up page (docs/first-contact.md); off: one is made, and shown once.',
  },
  {
    name: 'FIELDLOG_HTTP',
    fallback: 'off',
    about: 'on: the flow of the first start has a second tab for energy sensors that send over HTTP.',
  },
  {
    name: 'FIELDLOG_EVENTS',
    fallback: 'off',
    about:
      'queue, socket, udp:5150, or several with commas: the flow of the first start has a tab for time events, which come by these.',
  },
  {
    name: 'FIELDLOG_EVENTS_LOG',
    fallback: 'off',
    about: 'info, warn, debug or trace: time events are written to the log at that level.',
  },
  {
    name: 'FIELDLOG_VERIFY',
    fallback: 'daily',
    about: 'daily, weekly or off: how often the whole journal is checked in the background.',
  },
  {
    name: 'FIELDLOG_FLUSH_INTERVAL',
    fallback: '1',
    about: 'The journal is written every so many seconds, or …',
  },
  { name: 'FIELDLOG_BUFFER_SIZE', fallback: '100', about: '… at so many events.' },
]
