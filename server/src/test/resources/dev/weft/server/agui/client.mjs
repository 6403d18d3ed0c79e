// What the npm client of AG-UI says of events. usage: node client.mjs <folder with node_modules> <mode> <file of JSON lines>
// schemas: a line is an event, answered with "ok" or what is wrong with it.
// order:   a line is an array of events, answered with the index of the first that the client refuses, or -1.
// run:     a line is an array of events, answered with the messages that an agent has after it ran them.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

process.env.SUPPRESS_TRANSFORMATION_WARNINGS = "true";
const [folder, mode, file] = process.argv.slice(2);
const require = createRequire(folder + "/");
const client = require("@ag-ui/client");
const { EventSchemas } = require("@ag-ui/core/schemas");
const { from, tap } = require("rxjs");

const upgraded = (events) => new client.CompatibilityBoundary().run({ messages: [] }, { run: () => events });

function schemas(event) {
  let answer = "nothing came";
  upgraded(from([event])).subscribe((current) => {
    const result = EventSchemas.safeParse(current);
    answer = result.success ? "ok" : JSON.stringify(result.error.issues[0]);
  });
  return answer;
}

function order(events) {
  let index = -1;
  let refused = -1;
  upgraded(from(events).pipe(tap(() => index++)))
    .pipe(client.enforceEvents(), client.transformChunks(), client.verifyEvents())
    .subscribe({ error: () => (refused = index) });
  return refused;
}

class Agent extends client.AbstractAgent {
  constructor(events) {
    super({ threadId: "t1" });
    this.events = events;
  }
  run() {
    return from(this.events);
  }
}

async function run(events) {
  const agent = new Agent(events);
  await agent.runAgent({ runId: "r1" });
  return JSON.stringify(agent.messages);
}

const modes = { schemas, order, run };
for (const line of readFileSync(file, "utf8").trim().split("\n")) {
  console.log(await modes[mode](JSON.parse(line)));
}
console.log("done");
