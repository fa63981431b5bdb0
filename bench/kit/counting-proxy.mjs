import { createServer, request as send } from 'node:http';

/**
 * Stands before a system, at its end of the line, and counts: `node bench/kit/counting-proxy.mjs http://127.0.0.1:8000`. A
 * process of its own, so that whoever is measured does not do the counting too. What it answers to GET /counted is how many
 * exchanges came since that was asked last, and how many of them were under way at once at the most.
 */
const target = new URL(process.argv[2]);
let [underWay, most, count] = [0, 0, 0];
process.on('SIGTERM', () => process.exit(0));

const server = createServer((incoming, answer) => {
  if (incoming.url === '/counted') {
    answer.end(JSON.stringify({ most, count }));
    [most, count] = [underWay, 0];
    return;
  }
  underWay += 1;
  count += 1;
  most = Math.max(most, underWay);
  answer.once('close', () => {
    underWay -= 1;
  });
  const { method, url: path, headers } = incoming;
  const { hostname, port } = target;
  const outgoing = send({ hostname, port, method, path, headers });
  outgoing.once('response', (response) => {
    answer.writeHead(response.statusCode, response.headers);
    response.pipe(answer);
  });
  outgoing.once('error', () => incoming.socket.destroy());
  incoming.pipe(outgoing);
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
