// What the example sketches of common Arduino libraries print: DS18B20, DHT, BMP and BME thermometers.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

const number = '[+-]?[0-9]*[.]?[0-9]+|nan|NAN|ovf|inf'
const noNumber = ['nan', 'ovf', 'inf', '-inf']
/** 85 °C after power-up, −127 °C without a sensor */
const noTemperature = [85, -127, 65535, ...noNumber]

/** `Temperature for the device 1 (index 0) is: 21.50`, `Device Address: 28… Temp C: 21.50`, `Temperature = 21.50 Celsius` */
export const ds18b20: FormatDefinition = {
  type: 'ds18b20',
  name: 'DS18B20: sketches of DallasTemperature and OneWire',
  decoder: {
    kind: 'pattern',
    pattern: `^ *(?:Temperature for the device (?P<device>[0-9]+) [(]index [0-9]+[)] is: *|Device Address: (?P<address>[0-9A-Fa-f]{16}) *Temp C: *)(?P<temp>${number})|^ *Temperature = (?P<celsius>${number}) Celsius`,
  },
  fields: [
    { ...temperature('temp', noTemperature), also: ['celsius'] },
    { name: 'sensor', from: 'address', also: ['device'], type: 'string' },
  ],
  key: ['sensor'],
}

/** `T1:21.50,T2:-127.00,T3:20.1` */
export const ds18b20Row: FormatDefinition = {
  type: 'ds18b20-row',
  name: 'DS18B20: several in a line, T1:…,T2:…',
  takes: { prefix: 'T1', word: true },
  decoder: { kind: 'key-values' },
  fields: Array.from({ length: 8 }, (_, i) => temperature(`T${i + 1}`, noTemperature)),
}

/** `Humidity: 48.00%  Temperature: 21.50°C 70.70°F  Heat index: 21.19°C 70.14°F`, or with `*C` */
export const dht: FormatDefinition = {
  type: 'dht',
  name: 'DHT11, DHT22: the tester sketch',
  decoder: {
    kind: 'pattern',
    pattern: `^Humidity: *(?P<humi>${number}) *%[ \\t]+Temperature: *(?P<temp>${number}) *[^A-Za-z0-9]{0,2}C(?:.*Heat index: *(?P<heatIndex>${number}) *[^A-Za-z0-9]{0,2}C)?`,
  },
  fields: [
    { name: 'humi', type: 'number', unit: '%', deviceClass: 'humidity', nulls: noNumber, min: 0, max: 100 },
    temperature('temp', noNumber),
    { name: 'heatIndex', type: 'number', unit: '°C', nulls: noNumber },
  ],
}

/** `Temperature = 21.50 *C`, `Pressure = 1013.25 hPa`, `Approx. Altitude = 10.00 m`, `Humidity = 48.00 %`: an event each. */
export const bme280: FormatDefinition = {
  type: 'bme280',
  name: 'BMP085, BMP280, BME280: the test sketches',
  decoder: {
    kind: 'pattern',
    pattern: `^Temperature = (?P<temp>${number}) *[^A-Za-z0-9]{0,2}C$|^Pressure = (?P<pressure>(?:${number}) h?Pa)$|^(?:Approx[.]? ?|Real )?[Aa]ltitude = (?P<altitude>${number}) m|^Humidity = (?P<humi>${number}) *%`,
  },
  fields: [
    temperature('temp', noNumber),
    {
      name: 'pressure',
      type: 'number',
      unit: 'hPa',
      nulls: noNumber.map((text) => `${text} hPa`),
      min: 300,
      max: 1200,
    },
    { name: 'altitude', type: 'number', unit: 'm', nulls: noNumber },
    { name: 'humi', type: 'number', unit: '%', deviceClass: 'humidity', nulls: noNumber, min: 0, max: 100 },
  ],
}

function temperature(name: string, nulls: Array<string | number>): FieldDefinition {
  return { name, type: 'number', unit: '°C', nulls, min: -55, max: 125 }
}
