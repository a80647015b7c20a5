// The README's pictures: the course notes' third example, its deadline just passed. `node tools/pictures.mjs` after a build.
import { fileURLToPath } from "node:url";
import { choose, goTo, inspect, launch, open, serve } from "../tests/browser/page.mjs";

const site = await serve();
const browser = await launch();
for (const scheme of ["light", "dark"]) {
  const page = await open(browser, site.url, { colorScheme: scheme });
  await page.waitForSelector(".cm-editor");
  await choose(page, "deadline-10");
  await goTo(page, 10.6);
  await inspect(page, /^Job demo/);
  await page.waitForTimeout(500);
  await page.screenshot({ path: fileURLToPath(new URL(`../pictures/${scheme}.png`, import.meta.url)) });
  await page.context().close();
}
await browser.close();
site.close();
