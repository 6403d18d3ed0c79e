// A worker for sessions: takes those that wait for one and answers their messages.
//
//     node worker.mjs [http://127.0.0.1:8765] [name]      (key, if any, in WEFT_API_KEY)

const base = process.argv[2] ?? "http://127.0.0.1:8765";
const name = process.argv[3] ?? `node-${process.pid}`;
const key = process.env.WEFT_API_KEY ? { "X-API-Key": process.env.WEFT_API_KEY } : {};
const types = ["session.created", "session.starting", "session.lease_lost", "session.stopping",
  "run.requested"];
const leases = new Map(); // session -> lease of this worker
const done = new Set(); // runs that were answered
const isServers = (event) => event.source?.kind === "kernel_api"; // not somebody else's words

/** The answer as { status, json }; a body is an object, or lines of NDJSON. */
async function call(method, path, body, headers = {}) {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(base + path, {
    method, body: text, headers: { ...key, "Content-Type": "application/json", ...headers } });
  const json = await answer.text();
  return { status: answer.status, json: json === "" ? null : JSON.parse(json) };
}

async function claim(session) {
  const { status, json } = await call("POST", `/sessions/${session}/claim`, { worker: name });
  if (status !== 200) return; // another worker was faster, or it is for somebody else
  leases.set(session, json.lease_id);
  console.log("claimed", session);
  // What was asked for while nobody had it, and is not answered yet.
  const runs = (await call("GET", `/sessions/${session}/runs?limit=1000`)).json.runs;
  const open = new Set(runs.filter((run) => run.status === "running").map((run) => run.run_id));
  const asked = await call("GET",
    `/events?subject=session/${session}&type=run.requested&order=asc&limit=1000`);
  for (const { event } of asked.json.events) {
    if (isServers(event) && open.has(event.run_id)) await answer(session, event.data);
  }
}

/** Does one run: this is where the agent would be. */
async function answer(session, { runId, threadId, messages }) {
  if (done.has(runId) || !leases.has(session)) return;
  done.add(runId);
  const messageId = `answer-${runId}`;
  const words = `You said: ${messages.at(-1)?.content ?? "nothing"}`.split(" ");
  const events = [
    { type: "RUN_STARTED", threadId, runId },
    { type: "TEXT_MESSAGE_START", messageId, role: "assistant" },
    ...words.map((word) => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta: `${word} ` })),
    { type: "TEXT_MESSAGE_END", messageId },
    { type: "RUN_FINISHED", threadId, runId }];
  const lines = events.map((event) => JSON.stringify(event)).join("\n");
  const { status } = await call("POST", `/sessions/${session}/agui`, lines,
    { "Content-Type": "application/x-ndjson", "Weft-Lease": leases.get(session) });
  console.log("answered", runId, status);
}

async function keepAlive() {
  for (const [session, lease] of leases) {
    const { status } = await call("POST", `/sessions/${session}/lease`, { lease_id: lease });
    if (status === 404 || status === 409) leases.delete(session); // it is not ours any more
  }
}

async function onEvent(event) {
  const session = event.subject.slice(event.subject.indexOf("/") + 1);
  if (event.type === "run.requested") {
    await answer(session, event.data);
  } else if (event.type === "session.stopping" && leases.has(session)) {
    await call("POST", `/sessions/${session}/lease`,
      { lease_id: leases.get(session), status: "stopped" });
    leases.delete(session);
    console.log("stopped", session);
  } else if (/^session\.(created|starting|lease_lost)$/.test(event.type)) {
    await claim(session);
  }
}

setInterval(() => keepAlive().catch(() => {}), 300);
let last = String((await call("GET", "/health")).json.head);
const waiting = await call("GET", "/sessions?status=pending&driver=worker&limit=1000");
for (const session of waiting.json.items) await claim(session.id);
for (;;) { // comes back where it was
  try {
    const stream = await fetch(`${base}/events/stream?${types.map((t) => `type=${t}`).join("&")}`,
      { headers: { ...key, Accept: "text/event-stream", "Last-Event-ID": last } });
    let text = "";
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split("\n");
      text = lines.pop();
      for (const line of lines.filter((each) => each.startsWith("data: ") && each.includes('"event":{'))) {
        const envelope = JSON.parse(line.slice(6));
        last = String(envelope.seq);
        if (isServers(envelope.event)) await onEvent(envelope.event);
      }
    }
  } catch { await new Promise((resolve) => setTimeout(resolve, 1000)); }
}
