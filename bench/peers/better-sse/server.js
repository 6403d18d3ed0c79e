// A peer of the benchmarks: the SSE broadcast that one writes with Node and better-sse. It keeps no event and checks
// none. Listens on a free port of the loopback address and prints it.
"use strict";

const http = require("node:http");
const { createChannel, createSession } = require("better-sse");

const channel = createChannel();
const session = { serializer: (text) => text, keepAlive: null };
let lastId = 0;

async function open(request, response) {
  channel.register(await createSession(request, response, session));
}

function publish(request, response) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    lastId += 1;
    channel.broadcast(Buffer.concat(pieces).toString("utf8"), "message", { eventId: String(lastId) });
    response.writeHead(204).end();
  });
}

const server = http.createServer((request, response) => {
  if (request.method === "POST") {
    publish(request, response);
  } else {
    open(request, response);
  }
});
server.keepAliveTimeout = 0;
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  console.log(`better-sse ready http://127.0.0.1:${server.address().port}`);
});
