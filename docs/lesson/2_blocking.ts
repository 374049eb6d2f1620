// Step 2: nobody is awaited in the loop, but the sleep is a loop itself.
const encoder = new TextEncoder(), decoder = new TextDecoder();
const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });

for await (const conn of listener) {
  answer(conn); // no await: but what if it never lets go?
}

async function answer(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4_096), length = await conn.read(buffer) ?? 0;
  const request = decoder.decode(buffer.subarray(0, length));
  const endMs = performance.now() + 1_000;
  while (request.startsWith("GET /sleep") && performance.now() < endMs); // nobody else gets the thread
  await conn.write(encoder.encode("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nHello\n"));
  conn.close();
}
