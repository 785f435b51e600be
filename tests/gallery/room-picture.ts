/**
 * The picture of a room: the TV with its code, the phone that scanned it, and both after approval. Needs network
 * namespaces
 * (root). `node tools/node24.mjs tests/gallery/room-picture.ts`
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { inTheRoom, type Room, sayYes, scan, signInOnPhone } from "../lan/tv-and-phone.ts";

const file = join(import.meta.dirname, "../../docs/images/room.png");

async function screens({ tv, phone }: Room): Promise<{ tv: string; phone: string }> {
  const [onTv, onPhone] = [await tv.screenshot(), await phone.screenshot()];
  return { tv: onTv.toString("base64"), phone: onPhone.toString("base64") };
}

const rows = await inTheRoom(async (room) => {
  await scan(room);
  await signInOnPhone(room);
  const asked = await screens(room);
  await sayYes(room);
  return [asked, await screens(room)];
});

const style = `body{margin:0;padding:24px;display:grid;gap:24px;background:transparent}
  section{display:flex;gap:24px;align-items:center}
  .tv{width:960px;border-radius:10px;outline:8px solid #26262f}
  .phone{height:540px;border-radius:22px;outline:1px solid #d8d5cd}`;
const picture = ({ tv, phone }: { tv: string; phone: string }) =>
  `<section><img class="tv" src="data:image/png;base64,${tv}"><img class="phone" src="data:image/png;base64,${phone}"></section>`;
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1290, height: 1176 } });
  await page.setContent(`<!doctype html><style>${style}</style>${rows.map(picture).join("")}`);
  await writeFile(file, await page.screenshot({ omitBackground: true }));
} finally {
  await browser.close();
}
