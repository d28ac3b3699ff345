// Makes display.png, the README's picture, of the golden images of the display: node firmware/docs/display.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const PAGES = [
  ['channel', 'small'],
  ['over_range', 'no_sensor'],
  ['waiting', 'provisioning'],
];
const WIDTH = 128;
const HEIGHT = 64;
const PBM_HEADER = `P4\n${WIDTH} ${HEIGHT}\n`;
const SCALE = 4;
/** Around each page, in pixels of the display. */
const BORDER = 4;
const FRAME = 1;

/** The colours of display, lit pixel and what is between the pages: red, green, blue. */
const PALETTE = [8, 10, 16, 140, 215, 255, 90, 96, 104];
const [DARK, LIT, BETWEEN] = [0, 1, 2];

/** @param {string} name */
function lit(name) {
  const file = readFileSync(new URL(`../tests/golden/oled/${name}.pbm`, import.meta.url));
  if (file.toString('latin1', 0, PBM_HEADER.length) !== PBM_HEADER) {
    throw new Error(`${name}.pbm is no picture of the display`);
  }
  return (x, y) =>
    ((file[PBM_HEADER.length + Math.floor((y * WIDTH + x) / 8)] >> (7 - (x % 8))) & 1) === 0;
}

/** The colour of a pixel in the cell of a page; x and y may lie in its border. */
function colour(isLit, x, y) {
  const outside = Math.max(-x, -y, x - WIDTH + 1, y - HEIGHT + 1);
  if (outside > 0) {
    return outside > BORDER - FRAME ? BETWEEN : DARK;
  }
  return isLit(x, y) ? LIT : DARK;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

const cellWidth = WIDTH + 2 * BORDER;
const cellHeight = HEIGHT + 2 * BORDER;
const width = PAGES[0].length * cellWidth * SCALE;
const height = PAGES.length * cellHeight * SCALE;
const pages = PAGES.map((row) => row.map(lit));
/** Each row of the PNG: filter 0, then a byte for each pixel. */
const rows = Buffer.alloc(height * (1 + width));
for (let row = 0; row < height; row++) {
  for (let column = 0; column < width; column++) {
    const x = Math.floor(column / SCALE);
    const y = Math.floor(row / SCALE);
    const page = pages[Math.floor(y / cellHeight)][Math.floor(x / cellWidth)];
    rows[row * (1 + width) + 1 + column] = colour(
      page,
      (x % cellWidth) - BORDER,
      (y % cellHeight) - BORDER,
    );
  }
}

const header = Buffer.alloc(13);
header.writeUInt32BE(width, 0);
header.writeUInt32BE(height, 4);
header.set([8, 3, 0, 0, 0], 8); // 8 bits a pixel, palette
const png = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  chunk('IHDR', header),
  chunk('PLTE', Buffer.from(PALETTE)),
  chunk('IDAT', deflateSync(rows, { level: 9 })),
  chunk('IEND', Buffer.alloc(0)),
]);
writeFileSync(new URL('display.png', import.meta.url), png);
