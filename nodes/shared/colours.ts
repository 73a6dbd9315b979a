// One family of colours for the palette: blue where the gateway meets a wire, green where a reading is checked;
// light enough for Node-RED's dark label text, dark enough for a white icon.

/** Node name (the folder's, as in `fieldlog-<name>`) to the colour that its panel registers. */
export const colours = {
  'serial-in': '#85b1cf',
  'http-body': '#85b1cf',
  'events-in': '#85b1cf',
  log: '#79b0be',
  clean: '#7ab8b0',
  label: '#86bd9f',
  cluster: '#86bd9f',
  timing: '#86bd9f',
  store: '#79b0be',
  query: '#79b0be',
  'mqtt-out': '#85b1cf',
  port: '#85b1cf',
  events: '#85b1cf',
  journal: '#79b0be',
  devices: '#7ab8b0',
  format: '#7ab8b0',
} as const
