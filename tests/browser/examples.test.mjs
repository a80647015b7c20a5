// Every example of the menu: it opens in a fresh cluster, is taken without an error, and shows what it must.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { choose, goTo, inspect, outcomes, rows, said, session, shot, state, tab, text } from "./page.mjs";

const podium = session();
const pods = (phase) => (lines) => lines.filter((line) => new RegExp(`^Pod \\S+: ${phase}`).test(line)).length;

/// For each example, instants in seconds with what the stage then says: patterns of lines, and how many pods there are in a state.
const EXAMPLES = {
  "simple-job": [
    { at: 6, says: [/^Job example-job: Complete$/, /^1 succeeded|^1 of 1/, /^Pod example-job-\w+: Succeeded on node-\d, exit code 0$/], logs: [/Hello, Kubernetes!$/] },
  ],
  "parallel-3-of-3": [
    { at: 5, says: [/^Job parallel-job: Running$/, /^0 of 3 complete$/], count: { Running: 3 } },
    { at: 20, says: [/^Job parallel-job: Complete$/, /^3 of 3 complete$/], count: { Running: 0, Succeeded: 3 } },
  ],
  "parallel-3-of-5": [
    { at: 6, says: [/^Job work-job: Running$/, /^0 of 5 complete$/], count: { Running: 3, Succeeded: 0 } },
    { at: 20, says: [/^Job work-job: Running$/, /^3 of 5 complete$/], count: { Running: 2, Succeeded: 3 } },
    { at: 34, says: [/^Job work-job: Complete$/, /^5 of 5 complete$/], count: { Running: 0, Succeeded: 5 } },
  ],
  "deadline-60": [
    { at: 8, says: [/^Job demo: Running$/, /^deadline: 5\d s left, of 60 s|of 1 min$/], count: { Running: 2 } },
    { at: 48, says: [/^Job demo: Complete$/, /^5 of 5 complete$/], count: { Succeeded: 5 }, events: [/Normal Completed job\/demo Job completed/] },
  ],
  "deadline-10": [
    { at: 6, says: [/^Job demo: Running$/, /^deadline: [345] s left/], count: { Running: 2 } },
    {
      at: 10.6, says: [/^Job demo: Failing$/], count: { Terminating: 2 }, events: [/Normal SuccessfulDelete job\/demo Deleted pod: demo-/],
      inspects: { "Job demo": [/Job was active longer than specified deadline/] },
    },
    {
      at: 16, says: [/^Job demo: Failed$/, /DeadlineExceeded/], never: [/^Pod demo-/], count: { Running: 0, Terminating: 0 },
      events: [/Warning DeadlineExceeded job\/demo Job was active longer than specified deadline/],
      inspects: { "Job demo": [/Failed/, /Job was active longer than specified deadline/] },
    },
  ],
  "failing-job": [
    { at: 5, says: [/^Job always-fails: Retry in \d+ s$/], count: { Failed: 1 } },
    {
      at: 80, says: [/^Job always-fails: Failed$/], count: { Failed: 4 },
      events: [/Warning BackoffLimitExceeded job\/always-fails Job has reached the specified backoff limit/],
      logs: [/This cannot work$/],
    },
  ],
  "demo-cronjob": [
    { at: 60, says: [/^CronJob demo-cronjob: Scheduled$/, /next at 00:02 UTC, in 1 min/], never: [/^Job /] },
    { at: 130, says: [/^CronJob demo-cronjob: 1 active$/, /^Job demo-cronjob-\d+: Running$/], count: { Running: 2 } },
  ],
  "daily-cronjob": [
    { at: 3600, says: [/^CronJob daily-job: Scheduled$/, /next at 00:00 UTC, in 23 h/], never: [/^Pod /] },
    { at: 86_420, says: [/^CronJob daily-job: Scheduled$/, /1 job kept/], logs: [/Running daily job$/] },
  ],
  "backup-mysql": [
    { at: 30, says: [/^Job backup-shop-db: Complete$/, /^Service shop-db: ClusterIP :3306, 1 endpoint$/], logs: [/backup written: \d+ lines$/] },
  ],
  "backup-postgres": [
    { at: 7_230, says: [/^CronJob backup-orders-db: Scheduled$/, /^1 job kept$/], logs: [/backup written$/] },
  ],
  "export-logs": [
    { at: 85_560, says: [/^CronJob export-logs: Scheduled$/, /^1 job kept$/], logs: [/logs of the day uploaded$/] },
  ],
  "sales-report": [
    { at: 8, says: [/^Job sales-report: Running$/, /^0 of 12 complete$/], count: { Running: 4 } },
    { at: 40, says: [/^Job sales-report: Complete$/, /^12 of 12 complete$/], count: { Running: 0, Succeeded: 12 } },
  ],
  "clean-up": [
    { at: 1_830, says: [/^CronJob clean-up: Scheduled$/, /^1 job kept$/], logs: [/deleted \/tmp\/cache\/c$/] },
    { at: 2_000, says: [/^CronJob clean-up: Scheduled$/], never: [/^Pod /, /kept$/] },
  ],
  "import-data": [
    { at: 30, says: [/^Job move-data: Complete$/], logs: [/exported$/, /imported$/] },
  ],
  "security-scan": [
    { at: 534_700, says: [/^CronJob scan-images: Scheduled$/, /^CronJob check-compliance: Scheduled$/], count: { Succeeded: 2 } },
  ],
  "job-asks-service": [
    { at: 8, says: [/^Job count-orders: Retry in \d+ s$/], count: { Failed: 1 }, logs: [/Connection refused$/] },
    { at: 30, says: [/^Job count-orders: Complete$/], count: { Failed: 1, Succeeded: 1 }, logs: [/PONG$/] },
  ],
  "clusterip-with-pods": [
    {
      at: 8, says: [/^Service my-clusterip-service: ClusterIP :80, 2 endpoints$/], count: { "Running, ready": 2 },
      inspects: { "Service my-clusterip-service": [/endpoint my-app-1 10\./, /endpoint my-app-2 10\./, /selector app=my-app/] },
    },
  ],
  clusterip: [{ at: 8, says: [/^Service my-clusterip-service: .*no endpoints: no pod has app=my-app$/] }],
  nodeport: [
    {
      at: 8, says: [/^Service my-nodeport-service: NodePort :80→8080 node:30001, no endpoints: no pod has app=my-app$/],
      inspects: { "Service my-nodeport-service": [/no endpoints: no pod has app=my-app/, /:80→8080 node:30001/] },
    },
  ],
  loadbalancer: [{ at: 8, says: [/^Service my-loadbalancer-service: LoadBalancer /, /^from outside: \d+\.\d+\.\d+\.\d+, load balancer$/] }],
  externalname: [
    {
      at: 8, says: [/^Service my-externalname-service: ExternalName.*alias of external\.example\.com$/],
      inspects: { "Service my-externalname-service": [/CNAME external\.example\.com/] },
    },
  ],
  "dns-lookup": [
    { at: 10, says: [/^Job look-up: Complete$/], logs: [/Server:/, /my-externalname-service\.default\.svc\.cluster\.local\s+canonical name = external\.example\.com/] },
  ],
  "two-node-ports": [
    { at: 12, says: [/^Service service1: .*30001, 3 endpoints$/, /^Service service2: .*30002, 2 endpoints$/], count: { "Running, ready": 5 } },
  ],
  "no-selector": [{ at: 8, says: [/^Service lost-service: .*no endpoints: the service has no selector$/] }],
  "my-app-pods": [{ at: 8, says: [/^Pod my-app-1: Running, ready/, /^Pod my-app-2: Running, ready/], count: { "Running, ready": 2 } }],
  deployment: [{ at: 12, says: [/^Deployment web: Available$/, /^4 of 4 ready$/], count: { "Running, ready": 4 } }],
};

/// The hashes of worlds as native runs have recorded them, by `EXAMPLE SEED SECONDS`; the page's seed is 1.
const RECORDED = new Map(
  readFileSync(new URL("../suite/hashes.txt", import.meta.url), "utf8").trim().split("\n").map((line) => {
    const cut = line.lastIndexOf(" ");
    return [line.slice(0, cut), line.slice(cut + 1)];
  }));

const has = (lines, pattern, where) => assert.ok(lines.some((line) => pattern.test(line)), `${where}: nothing matches ${pattern} in\n${lines.join("\n")}`);

async function check(page, name, moments) {
  await choose(page, name);
  const answers = await outcomes(page);
  assert.ok(answers.length > 0, "Apply says nothing");
  for (const answer of answers) assert.match(answer, /^\S+ created$/, name);
  assert.equal(await page.locator(".diagnostic.error").count(), 0, "the example has mistakes");
  assert.match(await text(page), /^(#|apiVersion)/);
  await goTo(page, 45);
  assert.equal((await state(page)).hash, RECORDED.get(`${name} 1 45`), `${name}: the world at 45 s is the one that a native run has`);
  for (const { at, says = [], never = [], count = {}, events = [], logs = [], inspects = {} } of moments) {
    const where = `${name} at ${at} s`;
    await goTo(page, at);
    const lines = await said(page);
    for (const pattern of says) has(lines, pattern, where);
    for (const pattern of never) assert.ok(!lines.some((line) => pattern.test(line)), `${where}: ${pattern} in\n${lines.join("\n")}`);
    for (const [phase, n] of Object.entries(count)) assert.equal(pods(phase)(lines), n, `${where}: pods that are ${phase} in\n${lines.join("\n")}`);
    await shot(page, `example-${name}-${at}s`);
    if (events.length > 0) {
      const list = await rows(page, "Events");
      for (const pattern of events) has(list, pattern, `${where}, events`);
      await shot(page, `example-${name}-${at}s-events`);
    }
    if (logs.length > 0) {
      const list = await rows(page, "Logs");
      for (const pattern of logs) has(list, pattern, `${where}, logs`);
      const order = logs.map((pattern) => list.findIndex((line) => pattern.test(line)));
      assert.deepEqual(order, [...order].sort((a, b) => a - b), `${where}: lines stand in the order in which they were printed`);
      await shot(page, `example-${name}-${at}s-logs`);
    }
    for (const [line, patterns] of Object.entries(inspects)) {
      const words = await inspect(page, line);
      for (const pattern of patterns) assert.match(words, pattern, `${where}, inspector`);
      await shot(page, `example-${name}-${at}s-inspector`);
    }
    await tab(page, "Timeline");
  }
}

test("each example of the menu shows what it must", async (t) => {
  await podium.onShared(async (page) => {
    await page.getByRole("button", { name: "Examples" }).click();
    await shot(page, "examples-menu");
    const offered = await page.locator("[data-example]").evaluateAll((all) => all.map((item) => item.dataset.example));
    assert.deepEqual(offered.sort(), Object.keys(EXAMPLES).sort(), "every example of the menu has its test");
    await page.keyboard.press("Escape");
    for (const [name, moments] of Object.entries(EXAMPLES)) await t.test(name, () => check(page, name, moments));
  });
});

/// How many pods run, second by second; equal numbers in a row are told once.
async function running(page, until) {
  const seen = [];
  for (let at = 0; at <= until; at += 1) {
    await goTo(page, at);
    const n = pods("Running")(await said(page));
    if (seen.at(-1) !== n) seen.push(n);
  }
  return seen;
}

/// Since the start: the instants, in seconds, of the events that match.
async function instants(page, pattern) {
  const found = (await rows(page, "Events")).filter((row) => pattern.test(row));
  const secs = (row) => {
    const [, d = 0, h, m, s] = row.match(/^t\+(?:(\d+)d )?(\d+):(\d+):(\d+)/);
    return ((Number(d) * 24 + Number(h)) * 60 + Number(m)) * 60 + Number(s);
  };
  return found.map(secs).reverse();
}

test("parallelism 3 of 5 runs three pods, then two", () =>
  podium.onShared(async (page) => {
    await choose(page, "parallel-3-of-5");
    // Pods of one round do not end in the same second; between two rounds none runs.
    const rounds = (await running(page, 32)).join("").split("0").filter((round) => round !== "");
    assert.deepEqual(rounds.map((round) => Math.max(...round)), [3, 2], `${rounds}`);
  }));

test("a job that always fails is retried after 10, 20 and 40 seconds", () =>
  podium.onShared(async (page) => {
    await choose(page, "failing-job");
    await goTo(page, 90);
    const tries = await instants(page, /SuccessfulCreate job\/always-fails/);
    assert.equal(tries.length, 4, `${tries}`);
    const between = tries.slice(1).map((at, i) => at - tries[i]);
    // A container lives for about a second, and a back-off is counted from its end.
    for (const [i, wanted] of [10, 20, 40].entries()) {
      assert.ok(between[i] >= wanted && between[i] <= wanted + 4, `back-offs ${between}`);
    }
  }));

test("*/2 * * * * starts a job every two minutes while it plays at 60×", () =>
  podium.onShared(async (page) => {
    await page.getByRole("button", { name: "Examples" }).click();
    await page.locator('[data-example="demo-cronjob"]').click();
    await page.locator(".speed.chosen").getByText("60×").waitFor();
    // At the start of a fresh cluster first, then on its own to the seventh minute.
    await page.waitForFunction(async () => (await podium.state()).micros < 6 * 60e6);
    await page.waitForFunction(async () => (await podium.state()).micros >= 7 * 60e6);
    await shot(page, "cronjob-playing-60x");
    await goTo(page, 610);
    assert.deepEqual(await instants(page, /SuccessfulCreate cronjob\/demo-cronjob/), [120, 240, 360, 480, 600]);
    await tab(page, "Timeline");
    await shot(page, "cronjob-610s");
  }));
