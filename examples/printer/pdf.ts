import { layoutMultilineText, PDFDocument, rgb, StandardFonts, TextAlignment } from "@cantoo/pdf-lib";
import { encode } from "uqr";
import type { Receipt } from "./printer.ts";

/** The size of one module of the QR code, in points: 6 makes it 6 to 8 cm wide. */
const MODULE = 6;
const MARGIN = 56;

/** The receipt as a PDF: one A4 page, or more where the lines do not fit. */
export async function receiptPdf({ title, lines, code, qr }: Receipt): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.setTitle(title);
  const font = await document.embedFont(StandardFonts.Helvetica);
  const newPage = () => document.addPage([595, 842]);
  let page = newPage();
  const { width, height } = page.getSize();
  let y = height - MARGIN;
  const centered = (text: string, fontSize: number) => {
    const bounds = { x: MARGIN, y: 0, width: width - 2 * MARGIN, height };
    const layout = { alignment: TextAlignment.Center, font, fontSize, bounds };
    for (const line of layoutMultilineText(printable(text), layout).lines) {
      if (y - fontSize < MARGIN) [page, y] = [newPage(), height - MARGIN];
      y -= fontSize * 1.3;
      page.drawText(line.text, { x: line.x, y, size: fontSize, font });
    }
  };

  centered(title, 28);
  if (code !== undefined) centered(code, 44);
  if (qr !== undefined) {
    const { data, size } = encode(qr, { ecc: "M", border: 0 });
    const left = (width - size * MODULE) / 2;
    const top = y - 24;
    data.forEach((row, down) => {
      row.forEach((dark, right) => {
        if (!dark) return;
        const place = { x: left + right * MODULE, y: top - (down + 1) * MODULE };
        page.drawRectangle({ ...place, width: MODULE, height: MODULE, color: rgb(0, 0, 0) });
      });
    });
    y = top - size * MODULE - 12;
  }
  for (const line of lines) centered(line, 16);
  return await document.save();
}

/** Helvetica, which needs no font file, has the letters of Western Europe. For others embed one. */
const printable = (text: string) => text.replace(/[^\x20-\x7e\xa0-\xff]/gu, "?");
