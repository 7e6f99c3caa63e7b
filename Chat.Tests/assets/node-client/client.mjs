// The stock JavaScript client, driven by JSON lines: one command a line on standard input, answered with its number;
// what the server calls is pushed as it comes. Settings are the client's defaults, negotiation included.
import { createInterface } from 'node:readline';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

let connection;

const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const positionsOf = (events) => {
  const last = new Map();
  for (const { conversation, seq } of events) {
    if (seq != null) last.set(conversation, Math.max(seq, last.get(conversation) ?? 0));
  }
  return [...last].map(([conversation, seq]) => ({ conversation, seq }));
};

const connect = async ({ url, token, autoAck, automaticReconnect }) => {
  const builder = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => token })
    .configureLogging(LogLevel.Error);
  if (automaticReconnect) builder.withAutomaticReconnect();
  connection = builder.build();
  const state = (name) => (error) => write({ push: 'state', state: name, error: error instanceof Error ? error.message : undefined });
  connection.onclose(state('closed'));
  connection.onreconnecting(state('reconnecting'));
  connection.onreconnected(state('reconnected'));
  connection.on('Events', async (events) => {
    write({ push: 'events', events });
    const positions = positionsOf(events);
    // A connection that ends meanwhile is told by onclose; the server sends again what was not acknowledged.
    if (autoAck && positions.length > 0) await connection.send('Ack', positions).catch(() => {});
  });
  connection.on('Notice', (notice) => write({ push: 'notice', notice }));
  await connection.start();
};

const commands = {
  connect,
  invoke: ({ method, request }) => connection.invoke(method, request),
  ack: ({ positions }) => connection.invoke('Ack', positions),
  disconnect: () => connection.stop(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  // Not awaited: a call that hangs must not keep the next command waiting.
  Promise.resolve()
    .then(() => commands[command.op](command))
    .then((result) => write({ n: command.n, ok: true, result }))
    .catch((error) => write({ n: command.n, ok: false, error: error.message }));
}
process.exit(0);
