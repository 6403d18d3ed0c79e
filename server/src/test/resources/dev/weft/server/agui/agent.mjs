// A session as an agent of AG-UI, by the HttpAgent of its npm client. usage: node agent.mjs <folder with node_modules> <url> <thread> <mode>
// run:   runs it once and prints each event as it comes, then messages and state as the client has them.
// abort: aborts the run when the first text comes.
import { createRequire } from "node:module";

const [folder, url, threadId, mode] = process.argv.slice(2);
const { HttpAgent } = createRequire(folder + "/")("@ag-ui/client");

const agent = new HttpAgent({
  url, threadId, initialMessages: [{ id: "u1", role: "user", content: "hello there" }] });
const print = (name, value) => console.log(name, JSON.stringify(value));
try {
  await agent.runAgent({ runId: "run-of-" + mode }, {
    onEvent: ({ event }) => print("event", event),
    onTextMessageContentEvent: () => { if (mode === "abort") agent.abortRun(); },
    onRunErrorEvent: ({ event }) => print("error", event.code ?? ""),
    onRunFinishedEvent: () => print("finished", true),
    onRunFailed: ({ error }) => print("failed", error.message),
  });
} catch (error) {
  print("thrown", error.message);
}
print("messages", agent.messages);
print("state", agent.state);
console.log("done");
