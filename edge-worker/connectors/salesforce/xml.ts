// The parser of outbound messages, a good part of what would be read at every start. Read with the first message of an
// isolate instead.
import { XMLParser } from 'fast-xml-parser';

export const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  isArray: (name) => name === 'Notification',
});
