import { describe, expect, it } from '@jest/globals';
import { CsvFault, csvRows } from '../../src/application/imports/csv-rows.js';
import type { CsvRow } from '../../src/domain/imports/csv-row.js';

/** The bytes in pieces of a few bytes each, so that characters and line ends are torn apart. */
async function* torn(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function rowsOf(text: string | Buffer, size = 3): Promise<{ rows: CsvRow[]; fault: CsvFault | null }> {
  const rows: CsvRow[] = [];
  try {
    for await (const batch of csvRows(torn(Buffer.from(text), size))) rows.push(...batch);
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    return { rows, fault: error };
  }
  return { rows, fault: null };
}

describe('csvRows', () => {
  it.each([1, 2, 3, 7, 1000])('names the line of every record, in chunks of %i bytes', async (size) => {
    const { rows, fault } = await rowsOf('\uFEFFa,b\r\n1,"x\r\ny ""z"""\r\n\r\n,\r\n3,ü4\r\n5,6', size);
    expect(fault).toBeNull();
    expect(rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', 'x\r\ny "z"'] },
      { line: 6, cells: ['3', 'ü4'] },
      { line: 7, cells: ['5', '6'] },
    ]);
  });

  it.each(['\n', '\r\n', '\r'])('takes line ends %j', async (end) => {
    const { rows } = await rowsOf(['a;b', '1;2', '3;4'].join(end) + end);
    expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
      [3, '3', '4'],
    ]);
  });

  it.each(['\n', '\r\n', '\r'])('counts blank lines, also those before a fault, with line ends %j', async (end) => {
    const { rows } = await rowsOf(['', 'a,b', '', '', '1,2', '""', '', '3,4', '', ''].join(end));
    expect(rows.map(({ line }) => line)).toEqual([2, 5, 8]);
    const broken = await rowsOf(['a,b', '', '1,2', '', '', '3,"x'].join(end), 1000);
    expect(broken.fault).toMatchObject({ line: 6, cell: 1 });
    expect((await rowsOf(['a,b', '', '', '1,"x"y'].join(end))).fault).toMatchObject({ line: 4, cell: 1 });
  });

  it('hands out the records before a quote that is never closed, and names its line', async () => {
    const { rows, fault } = await rowsOf('a,b\n1,2\n3,"x\n4,5\n6,7\n', 1000);
    expect(rows.map(({ line }) => line)).toEqual([1, 2]);
    expect(fault).toMatchObject({ line: 3, cell: 1 });
  });

  it('names the line of a quote inside of a cell', async () => {
    expect((await rowsOf('a,b\n1,27" screen\n')).fault).toMatchObject({ line: 2, cell: 1 });
    expect((await rowsOf('a,b\n1,"x"y\n')).fault).toMatchObject({ line: 2, cell: 1 });
  });

  it.each([
    ['', 1],
    ['no table at all\nnone\n', 1],
    ['<!doctype html>\n<p>a, b, c</p>', 1],
  ])('refuses %j', async (text, line) => {
    const { rows, fault } = await rowsOf(text);
    expect(rows).toEqual([]);
    expect(fault?.line).toBe(line);
  });

  it('names the line that is no UTF-8, and replaces nothing', async () => {
    const { fault } = await rowsOf(
      Buffer.concat([Buffer.from('a,b\n1,2\n3,'), Buffer.from([0xe4]), Buffer.from('\n4,5\n')]),
      5,
    );
    expect(fault).toMatchObject({ line: 3 });
    expect((await rowsOf(Buffer.from('a,b\n', 'utf16le'))).fault).toMatchObject({ line: 1 });
  });

  it('gives up on a record of more than 2 MiB instead of holding the rest of the file', async () => {
    const long = `a,b\n1,"${'x\n'.repeat(1_500_000)}`;
    expect((await rowsOf(long, 65_536)).fault).toMatchObject({ line: 2 });
  });
});
