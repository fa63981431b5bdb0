/** What a file seems to be that is no CSV in UTF-8, and how whoever has it comes to one. */
export interface Stranger {
  kind: string;
  remedy: string;
}

/** So many bytes are enough to tell. */
export const SNIFFED_BYTES = 1_024;

const SAVE = 'open it in a spreadsheet and save it as "CSV UTF-8"';
const UNPACK = 'unpack it, and import the CSV file that is in it';
const EXPORT = 'export the catalogue as CSV';

interface Signature extends Stranger {
  /** First bytes, each character one byte. */
  starts: string;
}

/** Signatures as file(1) knows them. Longer ones stand before those that they begin with. */
const SIGNATURES: readonly Signature[] = [
  { starts: '\x1f\x8b', kind: 'a gzip archive', remedy: `${UNPACK}, or upload it with "Content-Encoding: gzip"` },
  { starts: 'BZh', kind: 'a bzip2 archive', remedy: UNPACK },
  { starts: '\x28\xb5\x2f\xfd', kind: 'a Zstandard archive', remedy: UNPACK },
  { starts: '\xfd7zXZ\0', kind: 'an XZ archive', remedy: UNPACK },
  { starts: "7z\xbc\xaf'\x1c", kind: 'a 7-Zip archive', remedy: UNPACK },
  { starts: '\xd0\xcf\x11\xe0', kind: 'a workbook of an old Excel (.xls)', remedy: SAVE },
  { starts: '%PDF-', kind: 'a PDF', remedy: EXPORT },
  { starts: '\x89PNG', kind: 'a PNG image', remedy: EXPORT },
  { starts: '\xff\xd8\xff', kind: 'a JPEG image', remedy: EXPORT },
  { starts: 'GIF8', kind: 'a GIF image', remedy: EXPORT },
  { starts: '{\\rtf', kind: 'a text document (RTF)', remedy: SAVE },
  { starts: '\xff\xfe\0\0', kind: 'text in UTF-32', remedy: SAVE },
  { starts: '\0\0\xfe\xff', kind: 'text in UTF-32', remedy: SAVE },
  { starts: '\xff\xfe', kind: 'text in UTF-16', remedy: SAVE },
  { starts: '\xfe\xff', kind: 'text in UTF-16', remedy: SAVE },
];

/**
 * What a file is, judged by its first bytes, if it is certainly no CSV in UTF-8; null for everything else, CSV or not.
 * @param start the first `SNIFFED_BYTES`, or all of a shorter file.
 */
export function strangerOf(start: Uint8Array): Stranger | null {
  const bytes = String.fromCharCode(...start.subarray(0, SNIFFED_BYTES));
  if (/^PK(?:\x03\x04|\x05\x06)/.test(bytes)) return packageOf(bytes);
  const known = SIGNATURES.find(({ starts }) => bytes.startsWith(starts));
  if (known) return { kind: known.kind, remedy: known.remedy };
  if (bytes.includes('\0')) return wideTextOf(start.subarray(0, SNIFFED_BYTES));
  const text = bytes.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (text.startsWith('<')) return { kind: 'HTML or XML', remedy: EXPORT };
  // A first column that is called so would be a strange one; what follows tells it from JSON for certain.
  if (/^(?:\{\s*["}]|\[\s*[[{"\]])/.test(text)) return { kind: 'JSON', remedy: EXPORT };
  return null;
}

/** Spreadsheets of today are ZIP archives with certain files in them, the first of which tell what they are. */
function packageOf(bytes: string): Stranger {
  if (bytes.includes('[Content_Types].xml') || bytes.includes('xl/')) {
    return { kind: 'an Excel workbook (.xlsx)', remedy: SAVE };
  }
  if (bytes.includes('opendocument.spreadsheet')) return { kind: 'an OpenDocument spreadsheet (.ods)', remedy: SAVE };
  return { kind: 'a ZIP archive', remedy: UNPACK };
}

/** Text of two or four bytes a character has a NUL beside each ASCII one, and delimiters and line ends are ASCII. */
function wideTextOf(start: Uint8Array): Stranger | null {
  const zeros = [0, 0, 0, 0];
  for (const [place, byte] of start.entries()) if (byte === 0) zeros[place % 4] = (zeros[place % 4] ?? 0) + 1;
  const [a = 0, b = 0, c = 0, d = 0] = zeros;
  const quarter = start.length / 4;
  const isMost = (count: number): boolean => count > quarter * 0.9;
  if ((isMost(b) && isMost(c) && isMost(d)) || (isMost(a) && isMost(b) && isMost(c))) {
    return { kind: 'text in UTF-32', remedy: SAVE };
  }
  const [even, odd] = [a + c, b + d];
  const isWide = Math.min(even, odd) === 0 && Math.max(even, odd) > quarter * 0.2;
  return isWide ? { kind: 'text in UTF-16', remedy: SAVE } : null;
}
