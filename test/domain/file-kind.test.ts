import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { SNIFFED_BYTES, strangerOf } from '../../src/domain/imports/file-kind.js';

const CSV = 'Handle,Title,Variant SKU\r\ncup,Cup,CUP-1\r\n';

function kindOf(bytes: Buffer | string): string | null {
  return strangerOf(Buffer.from(bytes as Buffer))?.kind ?? null;
}

function swapped(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Four bytes a character, of text that two bytes a character would do for. */
function wide(text: string, order: 'LE' | 'BE'): Buffer {
  const bytes = Buffer.alloc(text.length * 4);
  for (let at = 0; at < text.length; at += 1) {
    if (order === 'LE') bytes.writeUInt32LE(text.charCodeAt(at), at * 4);
    else bytes.writeUInt32BE(text.charCodeAt(at), at * 4);
  }
  return bytes;
}

describe('a file that is something else', () => {
  it.each<[string, Buffer | string]>([
    ['a gzip archive', gzipSync(CSV)],
    ['a Zstandard archive', zstdCompressSync(CSV)],
    ['a bzip2 archive', 'BZh91AY&SY'],
    ['a workbook of an old Excel (.xls)', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['a PDF', '%PDF-1.7\n'],
    ['a PNG image', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['a JPEG image', Buffer.from('ffd8ffe0', 'hex')],
    [
      'an Excel workbook (.xlsx)',
      Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(26), Buffer.from('[Content_Types].xml')]),
    ],
    [
      'an Excel workbook (.xlsx)',
      Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(26), Buffer.from('xl/workbook.xml')]),
    ],
    ['an OpenDocument spreadsheet (.ods)', 'PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet'],
    ['a ZIP archive', 'PK\x03\x04products.csv'],
    ['a ZIP archive', 'PK\x05\x06'],
    ['text in UTF-16', Buffer.from(`\uFEFF${CSV}`, 'utf16le')],
    ['text in UTF-16', swapped(`\uFEFF${CSV}`)],
    ['text in UTF-16', Buffer.from(CSV, 'utf16le')],
    ['text in UTF-16', swapped(CSV)],
    ['text in UTF-16', Buffer.from('商品,名称,价格\n杯子,杯,1\n', 'utf16le')],
    ['text in UTF-32', wide(`\uFEFF${CSV}`, 'LE')],
    ['text in UTF-32', wide(`\uFEFF${CSV}`, 'BE')],
    ['text in UTF-32', wide(CSV, 'LE')],
    ['text in UTF-32', wide(CSV, 'BE')],
    ['HTML or XML', '\n  <!doctype html><html>a,b'],
    ['HTML or XML', '\uFEFF<?xml version="1.0"?>'],
    ['JSON', '{"products": [1, 2]}'],
    ['JSON', '[\n  {"sku": "CUP"}]'],
    ['JSON', '\uFEFF[["a", "b"]]'],
  ])('is told to be %s', (kind, bytes) => {
    expect(kindOf(bytes)).toBe(kind);
    expect(strangerOf(Buffer.from(bytes as Buffer))?.remedy).toMatch(/CSV/);
  });

  it('is not seen in any text that could be a CSV file', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `"${text.replaceAll('"', '""')}"`);
    const csv = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(csv, fc.boolean(), (rows, marked) => {
        const text = rows.map((row) => row.join(',')).join('\n');
        fc.pre(!text.includes('\0'));
        expect(kindOf((marked ? '\uFEFF' : '') + text)).toBeNull();
      }),
    );
    for (const text of [CSV, `\uFEFF${CSV}`, 'PKG,Name\n', '[code],price\n', '{code},price\n', 'GIF,JPG\n', '']) {
      expect([text, kindOf(text)]).toEqual([text, null]);
    }
    expect(
      kindOf(Buffer.concat([Buffer.from(CSV.repeat(100)).subarray(0, SNIFFED_BYTES), Buffer.alloc(99)])),
    ).toBeNull();
  });
});
