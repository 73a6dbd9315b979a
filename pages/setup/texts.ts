// What the set-up page says, in English and German.

const english = {
  language: 'en',
  title: 'Set up',
  steps: { password: 'Password', device: 'Device', broker: 'Broker', name: 'Name' },
  back: 'Back',
  next: 'Next',
  loading: 'One moment',
  starting: 'The gateway is starting; this takes up to a minute.',
  unreachable: 'The gateway does not answer. Is it on, and is this phone or computer in the same network?',
  retry: 'Try again',
  fixed: 'This is set in the environment of the gateway (fieldlog.env), so it cannot be changed here.',
  unused: 'The flow was edited and does not look at this setting any more.',

  passwordTitle: 'Choose a password',
  passwordAbout:
    'It protects the gateway from everybody else in this network. Until you have chosen it, the gateway answers nothing else.',
  passwordNew: 'Password',
  passwordAgain: 'Once more',
  passwordRule: 'At least 8 characters. The user is admin.',
  passwordShort: 'That is too short: at least 8 characters.',
  passwordDiffers: 'These are two different passwords.',
  passwordBad: 'This password cannot be used: 8 to 256 characters, and no control characters.',
  passwordShow: 'Show it',
  passwordSet: 'Set the password',
  passwordPlain: 'This page is not encrypted: who can listen in this network can read it.',
  passwordFailed: 'The gateway could not keep the password:',

  takenTitle: 'Somebody was faster',
  takenAbout:
    'Another device has chosen the password already. If that was you, or somebody you know: log in with it.',
  takenStranger:
    'If nobody you know did it, take the gateway off the network. On the gateway itself this lets it be chosen anew:',
  takenLogIn: 'Log in',

  closedTitle: 'The time for the set-up is over',
  closedAbout:
    'For safety the first password can be chosen for an hour after the start only. Restart the gateway: unplug it for a moment, then come back here.',

  loginTitle: 'Log in',
  user: 'User',
  password: 'Password',
  logIn: 'Log in',
  loginWrong: 'User or password is wrong.',
  loginWait: 'Too many attempts: wait a minute, then try again.',

  deviceTitle: 'Which device is to be logged?',
  deviceAbout: '“Listen” tries all speeds, and shows what the device says. Nothing of that is logged.',
  deviceNone: 'No serial port was found. Plug the device in, then look again.',
  lookAgain: 'Look again',
  listen: 'Listen',
  stop: 'Stop',
  listenTo: (port: string) => `Listen to ${port}`,
  trying: (baud: number, number: number, of: number) => `Listening at ${baud} baud (${number} of ${of})`,
  heardAt: (baud: number) => `Heard at ${baud} baud:`,
  heardNothing: 'Nothing was heard at any speed. Is the device on, and does it send by itself?',
  heardNoText: 'What was heard is no text at any speed. If the device sends bytes, choose its speed below.',
  demo: 'Made-up sensors, to have a look',
  otherAddress: 'Another address',
  address: 'Address',
  addressExamples: 'such as tcp://192.168.1.5:2000 or usb:0403:6001',
  addressMissing: 'Enter the address of the device.',
  baud: 'Speed (baud)',

  brokerTitle: 'Where are the readings to go?',
  brokerAbout: 'An MQTT broker hands the readings on, for example to Home Assistant.',
  brokerOwn: 'To a broker inside the gateway',
  brokerOwnAbout: 'For programs on this machine only. This can be changed later.',
  brokerOther: 'To a broker in the network',
  brokerAddress: 'Address of the broker',
  brokerExample: 'such as 192.168.1.5 or mqtts://broker.example:8883',
  brokerMissing: 'Enter the address of the broker.',
  brokerPassword: 'Password',
  brokerKept: 'stored; empty: it stays',
  optional: 'if it wants one',
  test: 'Test',
  testing: 'Asking the broker',
  testGood: 'The broker lets the gateway in.',
  testBad: 'That does not work.',
  brokerProblems: {
    unreachable: 'The broker cannot be reached. Is the address right, and is it on?',
    'no answer': 'The broker does not answer. Is it the port of MQTT?',
    login: 'The broker refuses the login. Are user and password right?',
    tls: 'The broker and the gateway do not agree on encryption, or its certificate is not trusted.',
  } as Record<string, string>,

  nameTitle: 'What is the gateway called?',
  nameAbout: (topic: string) => `Its readings are found under this name: ${topic}`,
  name: 'Name',
  nameMissing: 'Enter a name.',
  finish: 'Start',
  saving: 'The settings are stored, and the flow starts with them',
  saveFailed: 'That could not be stored:',

  doneTitle: 'It runs',
  doneAbout: 'The gateway logs from now on with these settings.',
  readings: 'Readings',
  readingsAbout: 'what the sensors say, as numbers and charts',
  editor: 'Editor',
  editorAbout: 'names, formats, rules, and everything else',
  change: 'Change the settings',
}

export type Texts = typeof english

const german: Texts = {
  language: 'de',
  title: 'Einrichten',
  steps: { password: 'Passwort', device: 'Gerät', broker: 'Broker', name: 'Name' },
  back: 'Zurück',
  next: 'Weiter',
  loading: 'Einen Moment',
  starting: 'Das Gateway startet; das dauert bis zu einer Minute.',
  unreachable: 'Das Gateway antwortet nicht. Ist es an, und ist dieses Gerät im selben Netz?',
  retry: 'Noch einmal versuchen',
  fixed: 'Das ist in der Umgebung des Gateways festgelegt (fieldlog.env) und hier nicht zu ändern.',
  unused: 'Der Flow wurde bearbeitet und verwendet diese Einstellung nicht mehr.',

  passwordTitle: 'Ein Passwort wählen',
  passwordAbout:
    'Es schützt das Gateway vor allen anderen in diesem Netz. Bis es gewählt ist, antwortet das Gateway auf nichts anderes.',
  passwordNew: 'Passwort',
  passwordAgain: 'Noch einmal',
  passwordRule: 'Mindestens 8 Zeichen. Der Benutzer heißt admin.',
  passwordShort: 'Das ist zu kurz: mindestens 8 Zeichen.',
  passwordDiffers: 'Das sind zwei verschiedene Passwörter.',
  passwordBad: 'Dieses Passwort geht nicht: 8 bis 256 Zeichen, keine Steuerzeichen.',
  passwordShow: 'Anzeigen',
  passwordSet: 'Passwort setzen',
  passwordPlain: 'Diese Seite ist nicht verschlüsselt: Wer in diesem Netz mithören kann, kann es lesen.',
  passwordFailed: 'Das Gateway konnte das Passwort nicht speichern:',

  takenTitle: 'Jemand war schneller',
  takenAbout:
    'Ein anderes Gerät hat das Passwort schon gewählt. War das jemand, den man kennt: damit anmelden.',
  takenStranger:
    'War es niemand, den man kennt: das Gateway vom Netz nehmen. Am Gateway selbst lässt sich das Passwort so neu wählen:',
  takenLogIn: 'Anmelden',

  closedTitle: 'Die Zeit zum Einrichten ist vorbei',
  closedAbout:
    'Zur Sicherheit lässt sich das erste Passwort nur in der Stunde nach dem Start wählen. Das Gateway neu starten: kurz vom Strom nehmen, dann hierher zurückkommen.',

  loginTitle: 'Anmelden',
  user: 'Benutzer',
  password: 'Passwort',
  logIn: 'Anmelden',
  loginWrong: 'Benutzer oder Passwort ist falsch.',
  loginWait: 'Zu viele Versuche: eine Minute warten, dann noch einmal.',

  deviceTitle: 'Welches Gerät soll aufgezeichnet werden?',
  deviceAbout:
    '„Mithören“ versucht alle Geschwindigkeiten und zeigt, was das Gerät sagt. Aufgezeichnet wird davon nichts.',
  deviceNone: 'Keine serielle Schnittstelle gefunden. Das Gerät anstecken, dann noch einmal suchen.',
  lookAgain: 'Noch einmal suchen',
  listen: 'Mithören',
  stop: 'Beenden',
  listenTo: (port) => `An ${port} mithören`,
  trying: (baud, number, of) => `Hört mit ${baud} Baud (${number} von ${of})`,
  heardAt: (baud) => `Gehört mit ${baud} Baud:`,
  heardNothing: 'Mit keiner Geschwindigkeit kam etwas. Ist das Gerät an, und sendet es von selbst?',
  heardNoText:
    'Was kam, ist mit keiner Geschwindigkeit Text. Sendet das Gerät Bytes: seine Geschwindigkeit unten wählen.',
  demo: 'Erfundene Sensoren, zum Ausprobieren',
  otherAddress: 'Eine andere Adresse',
  address: 'Adresse',
  addressExamples: 'etwa tcp://192.168.1.5:2000 oder usb:0403:6001',
  addressMissing: 'Die Adresse des Geräts fehlt.',
  baud: 'Geschwindigkeit (Baud)',

  brokerTitle: 'Wohin sollen die Messwerte?',
  brokerAbout: 'Ein MQTT-Broker gibt die Messwerte weiter, zum Beispiel an Home Assistant.',
  brokerOwn: 'An einen Broker im Gateway',
  brokerOwnAbout: 'Nur für Programme auf diesem Rechner. Das lässt sich später ändern.',
  brokerOther: 'An einen Broker im Netz',
  brokerAddress: 'Adresse des Brokers',
  brokerExample: 'etwa 192.168.1.5 oder mqtts://broker.example:8883',
  brokerMissing: 'Die Adresse des Brokers fehlt.',
  brokerPassword: 'Passwort',
  brokerKept: 'gespeichert; leer: es bleibt',
  optional: 'falls er eines will',
  test: 'Testen',
  testing: 'Der Broker wird gefragt',
  testGood: 'Der Broker lässt das Gateway herein.',
  testBad: 'Das geht nicht.',
  brokerProblems: {
    unreachable: 'Der Broker ist nicht erreichbar. Stimmt die Adresse, und ist er an?',
    'no answer': 'Der Broker antwortet nicht. Ist das der Port von MQTT?',
    login: 'Der Broker lehnt die Anmeldung ab. Stimmen Benutzer und Passwort?',
    tls: 'Broker und Gateway werden sich über die Verschlüsselung nicht einig, oder sein Zertifikat ist nicht vertrauenswürdig.',
  },

  nameTitle: 'Wie heißt das Gateway?',
  nameAbout: (topic) => `Unter diesem Namen sind seine Messwerte zu finden: ${topic}`,
  name: 'Name',
  nameMissing: 'Der Name fehlt.',
  finish: 'Starten',
  saving: 'Die Einstellungen werden gespeichert, und der Flow startet damit',
  saveFailed: 'Das ließ sich nicht speichern:',

  doneTitle: 'Es läuft',
  doneAbout: 'Das Gateway zeichnet von jetzt an mit diesen Einstellungen auf.',
  readings: 'Messwerte',
  readingsAbout: 'was die Sensoren sagen, als Zahlen und Kurven',
  editor: 'Editor',
  editorAbout: 'Namen, Formate, Regeln und alles andere',
  change: 'Einstellungen ändern',
}

/** In the first of the browser's languages that there is. */
export function textsFor(languages: readonly string[]): Texts {
  const known = languages
    .map((each) => each.toLowerCase().split('-')[0])
    .find((each) => each === 'de' || each === 'en')
  return known === 'de' ? german : english
}
